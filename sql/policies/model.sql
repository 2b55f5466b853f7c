-- model: shared by all tenants, hence no row-level security; the service registers what it loads.
grant select, insert on pgrerank.model to pgrerank_app;
grant select on pgrerank.model to pgrerank_analyst;
