-- model: shared by all tenants, so without row-level security; the service registers its models.
grant select, insert on pgrerank.model to pgrerank_app;
grant select on pgrerank.model to pgrerank_analyst;
