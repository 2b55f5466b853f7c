"""HTTP. The only room with Litestar."""
