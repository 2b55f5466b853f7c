-- Runtime statements of storage/quotas.py.

-- pairs_per_second --
-- The tenant's quota; null: the service's default.
select t.pairs_per_second
from pgrerank.tenant as t
where t.id = %(tenant_id)s;
