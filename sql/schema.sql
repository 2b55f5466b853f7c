--
-- PostgreSQL database dump
--

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: pgrerank; Type: SCHEMA; Schema: -; Owner: pgrerank_owner
--

CREATE SCHEMA pgrerank;

ALTER SCHEMA pgrerank OWNER TO pgrerank_owner;

--
-- Name: pgrerank_analytics; Type: SCHEMA; Schema: -; Owner: pgrerank_owner
--

CREATE SCHEMA pgrerank_analytics;

ALTER SCHEMA pgrerank_analytics OWNER TO pgrerank_owner;

--
-- Name: vector; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public;

--
-- Name: EXTENSION vector; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION vector IS 'vector data type and ivfflat and hnsw access methods';

--
-- Name: added_counts_v1(bigint[], bigint[]); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.added_counts_v1(counts bigint[], more bigint[]) RETURNS bigint[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ARRAY(SELECT (u.had + u.added) FROM UNNEST(added_counts_v1.counts, added_counts_v1.more) WITH ORDINALITY u(had, added, place) ORDER BY u.place);

ALTER FUNCTION pgrerank.added_counts_v1(counts bigint[], more bigint[]) OWNER TO pgrerank_owner;

--
-- Name: any_of_v1(text[], boolean[]); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.any_of_v1(lexemes text[], are_prefixes boolean[]) RETURNS tsquery
    LANGUAGE sql IMMUTABLE
    BEGIN ATOMIC
 SELECT (string_agg((((''''::text || replace(replace(l.lexeme, '\'::text, '\\'::text), ''''::text, ''''''::text)) || ''''::text) ||
         CASE
             WHEN l.is_prefix THEN ':*'::text
             ELSE ''::text
         END), ' | '::text ORDER BY l.lexeme))::tsquery AS string_agg
    FROM UNNEST(any_of_v1.lexemes, any_of_v1.are_prefixes) l(lexeme, is_prefix);
END;

ALTER FUNCTION pgrerank.any_of_v1(lexemes text[], are_prefixes boolean[]) OWNER TO pgrerank_owner;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: api_key; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.api_key (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    prefix text NOT NULL,
    secret_hash bytea NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone
);

ALTER TABLE pgrerank.api_key OWNER TO pgrerank_owner;

--
-- Name: TABLE api_key; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.api_key IS 'One row for each API key. Keys are revoked, never deleted.';

--
-- Name: COLUMN api_key.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.api_key.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN api_key.id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.api_key.id IS 'Id of the key, as the log has it.';

--
-- Name: COLUMN api_key.name; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.api_key.name IS 'Name of the key, unique among keys that are not revoked.';

--
-- Name: COLUMN api_key.prefix; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.api_key.prefix IS 'Beginning of the key, by which it is found.';

--
-- Name: COLUMN api_key.secret_hash; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.api_key.secret_hash IS 'Hash of the secret; the secret itself is not stored.';

--
-- Name: COLUMN api_key.scopes; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.api_key.scopes IS 'What the key may do.';

--
-- Name: COLUMN api_key.created_at; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.api_key.created_at IS 'When it was made.';

--
-- Name: COLUMN api_key.expires_at; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.api_key.expires_at IS 'From when on it is refused; null: never.';

--
-- Name: COLUMN api_key.revoked_at; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.api_key.revoked_at IS 'When it was revoked; null: it was not.';

--
-- Name: api_key_candidates_v1(text); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.api_key_candidates_v1(key_prefix text) RETURNS SETOF pgrerank.api_key
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT k.tenant_id,
     k.id,
     k.name,
     k.prefix,
     k.secret_hash,
     k.scopes,
     k.created_at,
     k.expires_at,
     k.revoked_at
    FROM pgrerank.api_key k
   WHERE (k.prefix = api_key_candidates_v1.key_prefix)
   ORDER BY k.id;
END;

ALTER FUNCTION pgrerank.api_key_candidates_v1(key_prefix text) OWNER TO pgrerank_owner;

--
-- Name: await_deletion_v1(uuid, uuid); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.await_deletion_v1(of_tenant uuid, of_collection uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    perform
    from pgrerank.collection as c
    where c.tenant_id = of_tenant and c.id = of_collection
    for share;
    raise exception using errcode = 'PR003', message = 'the lock is let go of';
exception
    when sqlstate 'PR003' then null;
end
$$;

ALTER FUNCTION pgrerank.await_deletion_v1(of_tenant uuid, of_collection uuid) OWNER TO pgrerank_owner;

--
-- Name: bm25_v1(uuid, uuid, text[], boolean[], integer[], bigint[], tsquery, uuid[], tsquery, jsonpath, integer, bigint, double precision, double precision, double precision, double precision, regconfig); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.bm25_v1(tenant_id uuid, collection_id uuid, lexemes text[], are_prefixes boolean[], frequencies integer[], counts bigint[], finder tsquery, among uuid[], restriction tsquery, filter jsonpath, candidates integer, chunk_count bigint, average_length double precision, k1 double precision, b double precision, title_boost double precision, configuration regconfig, OUT chunk_ids uuid[], OUT scores double precision[]) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET jit TO 'off'
    SET max_parallel_workers_per_gather TO '0'
    SET enable_seqscan TO 'off'
    SET enable_indexscan TO 'off'
    SET cpu_operator_cost TO '0.02'
    SET work_mem TO '64MB'
    AS $_$
declare
    tf text;
    weight text;
    score text;
    statement text;
begin
    select
        string_agg(
            format(
                case
                    when t.is_prefix then 'pgrerank.prefix_frequency_v1(c.tsv, %1$L)'
                    when title_boost = 1
                        then '-(c.term_frequencies operator(public.<#>) %2$L::public.sparsevec)'
                    else '-(c.term_frequencies operator(public.<#>) %2$L::public.sparsevec)'
                        || ' - coalesce(i.title operator(public.<#>)'
                        || ' %2$L::public.sparsevec, 0) * (%3$s::float8)'
                end || ' as t%4$s',
                t.lexeme,
                '{' || pgrerank.lexeme_index_v1(t.lexeme) || ':1}/268435456',
                title_boost - 1,
                t.place
            ),
            ', '
        ),
        string_agg(
            format(
                '%1$s * ln(1 + (greatest($1 - count(*) filter (where h.t%2$s > 0), 0) + 0.5::float8)'
                || ' / (count(*) filter (where h.t%2$s > 0) + 0.5::float8)) as w%2$s',
                t.frequency, t.place
            ),
            ', '
        ) filter (where t.known is null),
        string_agg(
            format(
                '%1$s * h.t%2$s / (h.t%2$s + h.norm)',
                coalesce(
                    (
                        t.frequency
                        * ln(1 + (greatest(chunk_count - t.known, 0) + 0.5) / (t.known + 0.5))
                    )::float8::text || '::float8',
                    'w.w' || t.place
                ),
                t.place
            ),
            ' + '
        )
    into tf, weight, score
    from
        unnest(lexemes, are_prefixes, frequencies, counts)
        with ordinality as t (lexeme, is_prefix, frequency, known, place);
    statement := 'with hit as (select c.id, c.document_id, '
        || 'greatest($2 + $3 * c.lexeme_count, 1e-9::float8) as norm, '
        || case
            when restriction is null then 'true'
            else 'c.tsv operator(pg_catalog.@@) $4'
        end || ' as is_allowed, ' || tf
        || ' from pgrerank.chunk as c'
        || case
            -- As queries/incoming.sql counts a title, and queries/words.sql.
            when title_boost <> 1
                then ' cross join lateral (select coalesce(c.title_frequencies, ('
                    || 'select pgrerank.term_frequencies_v1(to_tsvector($11,'
                    || ' pgrerank.text_words_v1(left(d.title, 200), false)))'
                    || ' from pgrerank.document as d where d.tenant_id = c.tenant_id'
                    || ' and d.id = c.document_id)) as title offset 0) as i'
            else ''
        end || ' where c.tenant_id = $5 and c.collection_id = $6 and '
        || case
            when among is null then 'c.tsv operator(pg_catalog.@@) $7'
            else 'c.id = any($8)'
        end || ' offset 0)'
        || coalesce(', w as materialized (select ' || weight || ' from hit as h)', '')
        || ', best as (select h.id, ' || score || ' as score from hit as h'
        || case when weight is null then '' else ' cross join w' end
        || ' where h.is_allowed'
        || case
            when filter is null then ''
            else ' and exists (select from pgrerank.document as d'
                || ' where d.tenant_id = $5 and d.id = h.document_id'
                || ' and d.metadata operator(pg_catalog.@@) $9)'
        end || ' order by score desc, h.id asc limit $10)'
        || ' select coalesce(array_agg(b.id order by b.score desc, b.id asc), ''{}''),'
        || ' coalesce(array_agg(b.score order by b.score desc, b.id asc), ''{}'')'
        || ' from best as b where b.score > 0';
    execute statement
    into chunk_ids, scores
    using
        chunk_count,
        k1 * (1 - b),
        k1 * b / average_length,
        restriction,
        tenant_id,
        collection_id,
        finder,
        among,
        filter,
        candidates,
        configuration;
end
$_$;

ALTER FUNCTION pgrerank.bm25_v1(tenant_id uuid, collection_id uuid, lexemes text[], are_prefixes boolean[], frequencies integer[], counts bigint[], finder tsquery, among uuid[], restriction tsquery, filter jsonpath, candidates integer, chunk_count bigint, average_length double precision, k1 double precision, b double precision, title_boost double precision, configuration regconfig, OUT chunk_ids uuid[], OUT scores double precision[]) OWNER TO pgrerank_owner;

--
-- Name: bounded_v1(text, double precision, double precision, double precision); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.bounded_v1(argument text, value double precision, lowest double precision, highest double precision) RETURNS double precision
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if value not between lowest and highest then
        raise exception '% must be from % to %, not %', argument, lowest, highest, value
            using errcode = 'PR001';
    end if;
    return value;
end
$$;

ALTER FUNCTION pgrerank.bounded_v1(argument text, value double precision, lowest double precision, highest double precision) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION bounded_v1(argument text, value double precision, lowest double precision, highest double precision); Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank.bounded_v1(argument text, value double precision, lowest double precision, highest double precision) IS 'The value, if it lies within its bounds, both allowed; else error PR001 with the name of the argument. Null stays null.';

--
-- Name: calibrate_score_v1(uuid, text, double precision); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.calibrate_score_v1(calibration uuid, fingerprint text, log_odds double precision) RETURNS double precision
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    found_fingerprint text;
    relevance double precision;
begin
    select
        m.fingerprint,
        pgrerank.calibration_curve_v1(
            calibrate_score_v1.log_odds, c.method, c.coefficients, c.knot_scores, c.knot_probabilities
        )
    into found_fingerprint, relevance
    from pgrerank.calibration as c
    inner join pgrerank.model as m on c.reranker_id = m.id
    where c.id = calibrate_score_v1.calibration;
    if found_fingerprint is null then
        raise exception using
            errcode = 'PGR02',
            message = format('There is no calibration %s.', calibration);
    end if;
    if found_fingerprint is distinct from calibrate_score_v1.fingerprint then
        raise exception using
            errcode = 'PGR01',
            message = format(
                'The calibration is of the reranker %s, the log-odds of %s.',
                left(found_fingerprint, 12),
                coalesce(left(calibrate_score_v1.fingerprint, 12), 'none')
            );
    end if;
    return relevance;
end;
$$;

ALTER FUNCTION pgrerank.calibrate_score_v1(calibration uuid, fingerprint text, log_odds double precision) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION calibrate_score_v1(calibration uuid, fingerprint text, log_odds double precision); Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank.calibrate_score_v1(calibration uuid, fingerprint text, log_odds double precision) IS 'Probability of relevance, 0 to 1, of log-odds by a stored calibration. fingerprint: of the reranker that they rest on; error PGR01 if the calibration is of another, PGR02 if there is no such calibration.';

--
-- Name: interpolated_v1(double precision, double precision[], double precision[]); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.interpolated_v1(x double precision, xs double precision[], ys double precision[]) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 WITH knot AS (
          SELECT width_bucket(interpolated_v1.x, interpolated_v1.xs) AS place
         )
  SELECT
         CASE
             WHEN (k.place = 0) THEN (interpolated_v1.ys)[1]
             WHEN (k.place = cardinality(interpolated_v1.xs)) THEN (interpolated_v1.ys)[k.place]
             ELSE ((interpolated_v1.ys)[k.place] + ((((interpolated_v1.ys)[(k.place + 1)] - (interpolated_v1.ys)[k.place]) * (interpolated_v1.x - (interpolated_v1.xs)[k.place])) / ((interpolated_v1.xs)[(k.place + 1)] - (interpolated_v1.xs)[k.place])))
         END AS y
    FROM knot k;
END;

ALTER FUNCTION pgrerank.interpolated_v1(x double precision, xs double precision[], ys double precision[]) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION interpolated_v1(x double precision, xs double precision[], ys double precision[]); Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank.interpolated_v1(x double precision, xs double precision[], ys double precision[]) IS 'Value at x of the lines between knots, flat outside them. xs: rising; ys: the values there.';

--
-- Name: logistic_v1(double precision); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.logistic_v1(x double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((1)::double precision / ((1)::double precision + exp(GREATEST(LEAST((- x), (700)::double precision), ('-700'::integer)::double precision))));

ALTER FUNCTION pgrerank.logistic_v1(x double precision) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION logistic_v1(x double precision); Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank.logistic_v1(x double precision) IS '1 / (1 + exp(-x)), for any x.';

--
-- Name: softplus_v1(double precision); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.softplus_v1(x double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (GREATEST(x, (0)::double precision) + ln(((1)::double precision + exp((- LEAST(abs(x), (700)::double precision))))));

ALTER FUNCTION pgrerank.softplus_v1(x double precision) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION softplus_v1(x double precision); Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank.softplus_v1(x double precision) IS 'ln(1 + exp(x)), for any x.';

--
-- Name: calibration_curve_v1(double precision, text, double precision[], double precision[], double precision[]); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.calibration_curve_v1(log_odds double precision, method text, coefficients double precision[], knot_scores double precision[], knot_probabilities double precision[]) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (log_odds IS NULL) THEN NULL::double precision WHEN (method = 'platt'::text) THEN pgrerank.logistic_v1((((coefficients)[1] * log_odds) + (coefficients)[2])) WHEN (method = 'beta'::text) THEN pgrerank.logistic_v1(((((coefficients)[4] * pgrerank.softplus_v1(((log_odds - (coefficients)[1]) / (coefficients)[2]))) - ((coefficients)[3] * pgrerank.softplus_v1((((coefficients)[1] - log_odds) / (coefficients)[2])))) + (coefficients)[5])) ELSE pgrerank.interpolated_v1(log_odds, knot_scores, knot_probabilities) END;

ALTER FUNCTION pgrerank.calibration_curve_v1(log_odds double precision, method text, coefficients double precision[], knot_scores double precision[], knot_probabilities double precision[]) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION calibration_curve_v1(log_odds double precision, method text, coefficients double precision[], knot_scores double precision[], knot_probabilities double precision[]); Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank.calibration_curve_v1(log_odds double precision, method text, coefficients double precision[], knot_scores double precision[], knot_probabilities double precision[]) IS 'Probability of relevance, 0 to 1, of log-odds by a curve, given as the columns of the view calibration have it; null for none.';

--
-- Name: unspaced_letters_v1(boolean); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.unspaced_letters_v1(are_marks boolean) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT
         CASE
             WHEN are_marks THEN (('\u0E31\u0E34-\u0E3A\u0E47-\u0E4E\u0EB1\u0EB4-\u0EBC\u0EC8-\u0ECE\u102B-\u103E'::text || '\u1056-\u1059\u105E-\u1060\u1062-\u1064\u1067-\u106D\u1071-\u1074'::text) || '\u1082-\u108D\u108F\u109A-\u109D\u17B4-\u17D3\u17DD\u3099\u309A'::text)
             ELSE (((('\u0E01-\u0E3A\u0E40-\u0E5B\u0E80-\u0EFF\u1000-\u109F\u1100-\u11FF\u1780-\u17D3'::text || '\u17DD\u2E80-\u2FDF\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303B'::text) || '\u3041-\u309F\u30A1-\u30FA\u30FC-\u30FF\u3105-\u312F\u3131-\u318E\u31A0-\u31BF'::text) || '\u31F0-\u31FF\u3400-\u4DBF\u4E00-\u9FFF\uA960-\uA97F\uAC00-\uD7FB\uF900-\uFAFF'::text) || '\uFF66-\uFF9F\U00020000-\U0003FFFF'::text)
         END AS "case";
END;

ALTER FUNCTION pgrerank.unspaced_letters_v1(are_marks boolean) OWNER TO pgrerank_owner;

--
-- Name: character_pairs_v1(text, boolean); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.character_pairs_v1(content text, is_query boolean) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT string_agg(COALESCE(r.found[1], ( SELECT ((' '::text || string_agg((c.one || COALESCE(c.next_one, ''::text)), ' '::text ORDER BY c.place) FILTER (WHERE ((NOT character_pairs_v1.is_query) OR (c.next_one IS NOT NULL) OR (c.place = 1)))) || ' '::text)
            FROM ( SELECT m.place,
                     m.found[1] AS one,
                     lead(m.found[1]) OVER (ORDER BY m.place) AS next_one
                    FROM regexp_matches(r.found[2], ((((('['::text || pgrerank.unspaced_letters_v1(false)) || ']'::text) || '['::text) || pgrerank.unspaced_letters_v1(true)) || ']*'::text), 'g'::text) WITH ORDINALITY m(found, place)) c)), ''::text ORDER BY r.place) AS string_agg
    FROM regexp_matches(NORMALIZE(character_pairs_v1.content, NFKC), ((((('([^'::text || pgrerank.unspaced_letters_v1(false)) || ']+)'::text) || '|(['::text) || pgrerank.unspaced_letters_v1(false)) || ']+)'::text), 'g'::text) WITH ORDINALITY r(found, place);
END;

ALTER FUNCTION pgrerank.character_pairs_v1(content text, is_query boolean) OWNER TO pgrerank_owner;

--
-- Name: chunks_with_words_v1(text[], tsvector[], integer); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.chunks_with_words_v1(words text[], lexemes tsvector[], sign integer) RETURNS bigint[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 WITH word AS (
          SELECT w.lexeme,
             w.place
            FROM unnest(chunks_with_words_v1.words) WITH ORDINALITY w(lexeme, place)
         ), held AS (
          SELECT u.place,
             count(*) AS chunks
            FROM (( SELECT unnest(tsvector_to_array(v.lexemes)) AS lexeme
                    FROM unnest(chunks_with_words_v1.lexemes) v(lexemes)) l
              JOIN word u ON ((l.lexeme = u.lexeme)))
           GROUP BY u.place
         )
  SELECT ARRAY( SELECT (chunks_with_words_v1.sign * COALESCE(h.chunks, (0)::bigint))
            FROM (word u
              LEFT JOIN held h ON ((u.place = h.place)))
           ORDER BY u.place) AS counts;
END;

ALTER FUNCTION pgrerank.chunks_with_words_v1(words text[], lexemes tsvector[], sign integer) OWNER TO pgrerank_owner;

--
-- Name: count_documents_v1(uuid, uuid, uuid[], integer, integer); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.count_documents_v1(of_tenant uuid, of_collection uuid, document_ids uuid[], documents integer, sign integer) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
begin
    with size as (
        insert into pgrerank.collection_size as s (
            tenant_id,
            collection_id,
            shard,
            documents,
            chunks,
            lexemes
        )
        select
            of_tenant,
            of_collection,
            mod(pg_backend_pid(), 16) as shard,
            count_documents_v1.documents,
            sign * count(*) as chunks,
            sign * coalesce(sum(k.lexeme_count), 0) as lexemes
        from pgrerank.chunk as k
        where
            k.tenant_id = of_tenant
            and k.document_id = any(document_ids)
        on conflict (tenant_id, collection_id, shard) do update
            set
                documents = s.documents + excluded.documents,
                chunks = s.chunks + excluded.chunks,
                lexemes = s.lexemes + excluded.lexemes
        returning s.shard
    )

    insert into pgrerank.collection_word as w (
        tenant_id,
        collection_id,
        shard,
        chunks
    )
    select
        f.tenant_id,
        f.collection_id,
        z.shard,
        pgrerank.chunks_with_words_v1(
            f.lexemes,
            array(
                select k.tsv
                from pgrerank.chunk as k
                where
                    k.tenant_id = of_tenant
                    and k.document_id = any(document_ids)
            ),
            sign
        ) as chunks
    from size as z
    inner join pgrerank.collection_word as f
        on
            f.tenant_id = of_tenant
            and f.collection_id = of_collection
            and f.shard = -1
    on conflict (tenant_id, collection_id, shard) do update
        set chunks = pgrerank.added_counts_v1(w.chunks, excluded.chunks);
end
$$;

ALTER FUNCTION pgrerank.count_documents_v1(of_tenant uuid, of_collection uuid, document_ids uuid[], documents integer, sign integer) OWNER TO pgrerank_owner;

--
-- Name: counted_lexemes_v1(text, tsvector); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.counted_lexemes_v1(described text, lexemes tsvector) RETURNS public.sparsevec
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return described::public.sparsevec;
exception
    when data_exception then
        return pgrerank.term_frequencies_v1(lexemes);
end
$$;

ALTER FUNCTION pgrerank.counted_lexemes_v1(described text, lexemes tsvector) OWNER TO pgrerank_owner;

--
-- Name: collection_word; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.collection_word (
    tenant_id uuid NOT NULL,
    collection_id uuid NOT NULL,
    shard smallint NOT NULL,
    lexemes text[],
    chunks bigint[] NOT NULL,
    CONSTRAINT ck_collection_word_lexemes CHECK (((shard = '-1'::integer) = (lexemes IS NOT NULL)))
);

ALTER TABLE pgrerank.collection_word OWNER TO pgrerank_owner;

--
-- Name: TABLE collection_word; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.collection_word IS 'Words that many chunks of a collection hold, in how many, in shards like those of collection_size. Shard -1 has the words and their numbers from before; numbers of the other shards are in step with its words and are added.';

--
-- Name: COLUMN collection_word.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection_word.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN collection_word.collection_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection_word.collection_id IS 'Id of the collection.';

--
-- Name: COLUMN collection_word.shard; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection_word.shard IS 'Number of the shard, 0 to 15, or -1.';

--
-- Name: COLUMN collection_word.lexemes; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection_word.lexemes IS 'The words that are counted; null in shards of 0 or more.';

--
-- Name: COLUMN collection_word.chunks; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection_word.chunks IS 'In how many chunks each word is; null inside: not known yet.';

--
-- Name: counted_words_v1(uuid, uuid); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.counted_words_v1(of_tenant uuid, of_collection uuid) RETURNS TABLE(lexeme text, before bigint, added bigint)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 WITH addition AS (
          SELECT v.place,
             sum(v.chunks) AS chunks
            FROM (pgrerank.collection_word s
              CROSS JOIN LATERAL unnest(s.chunks) WITH ORDINALITY v(chunks, place))
           WHERE ((s.tenant_id = counted_words_v1.of_tenant) AND (s.collection_id = counted_words_v1.of_collection) AND (s.shard >= 0))
           GROUP BY v.place
         )
  SELECT u.lexeme,
     u.before,
     (COALESCE(a.chunks, (0)::numeric))::bigint AS added
    FROM ((pgrerank.collection_word w
      CROSS JOIN LATERAL UNNEST(w.lexemes, w.chunks) WITH ORDINALITY u(lexeme, before, place))
      LEFT JOIN addition a ON ((u.place = a.place)))
   WHERE ((w.tenant_id = counted_words_v1.of_tenant) AND (w.collection_id = counted_words_v1.of_collection) AND (w.shard = '-1'::integer));
END;

ALTER FUNCTION pgrerank.counted_words_v1(of_tenant uuid, of_collection uuid) OWNER TO pgrerank_owner;

--
-- Name: current_tenant_v1(); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.current_tenant_v1() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (current_setting('pgrerank.tenant_id'::text))::uuid;

ALTER FUNCTION pgrerank.current_tenant_v1() OWNER TO pgrerank_owner;

--
-- Name: curve_rises_v1(text, double precision[], double precision[]); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.curve_rises_v1(method text, coefficients double precision[], knot_probabilities double precision[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT COALESCE((
         CASE method
             WHEN 'platt'::text THEN ((coefficients)[1] > (0)::double precision)
             WHEN 'beta'::text THEN (((coefficients)[2] > (0)::double precision) AND (LEAST((coefficients)[3], (coefficients)[4]) >= (0)::double precision) AND (((coefficients)[3] + (coefficients)[4]) > (0)::double precision))
             WHEN 'isotonic'::text THEN (((knot_probabilities)[1] < (knot_probabilities)[cardinality(knot_probabilities)]) AND (NOT (EXISTS ( SELECT 1
                FROM (unnest(curve_rises_v1.knot_probabilities) WITH ORDINALITY k(value, place)
                  JOIN unnest(curve_rises_v1.knot_probabilities) WITH ORDINALITY n(value, place) ON ((n.place = (k.place + 1))))
               WHERE (n.value < k.value)))))
             ELSE NULL::boolean
         END AND (NOT (EXISTS ( SELECT 1
            FROM unnest((curve_rises_v1.coefficients || curve_rises_v1.knot_probabilities)) u(value)
           WHERE (u.value = ANY (ARRAY['NaN'::double precision, 'Infinity'::double precision, '-Infinity'::double precision])))))), false) AS "coalesce";
END;

ALTER FUNCTION pgrerank.curve_rises_v1(method text, coefficients double precision[], knot_probabilities double precision[]) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION curve_rises_v1(method text, coefficients double precision[], knot_probabilities double precision[]); Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank.curve_rises_v1(method text, coefficients double precision[], knot_probabilities double precision[]) IS 'Whether a higher score never means a lower probability by this curve, and somewhere a higher one.';

--
-- Name: delete_document_v1(uuid, uuid, text); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.delete_document_v1(of_tenant uuid, of_collection uuid, of_external_id text) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    of_document uuid;
begin
    perform
    from pgrerank.collection as c
    where c.tenant_id = of_tenant and c.id = of_collection
    for key share;

    select d.id into of_document
    from pgrerank.document as d
    where
        d.tenant_id = of_tenant
        and d.collection_id = of_collection
        and d.external_id = of_external_id
    for update;
    if not found then
        return false;
    end if;

    perform pgrerank.count_documents_v1(of_tenant, of_collection, array[of_document], -1, -1);

    delete from pgrerank.document as d
    where d.tenant_id = of_tenant and d.id = of_document;
    return true;
end
$$;

ALTER FUNCTION pgrerank.delete_document_v1(of_tenant uuid, of_collection uuid, of_external_id text) OWNER TO pgrerank_owner;

--
-- Name: dense_leg_v1(uuid, uuid, public.vector, integer, bigint, jsonpath, double precision, integer); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.dense_leg_v1(collection_id uuid, model_id uuid, embedding public.vector, candidates integer, chunk_count bigint, filter jsonpath DEFAULT NULL::jsonpath, min_similarity double precision DEFAULT NULL::double precision, exact_limit integer DEFAULT 20000, OUT chunk_ids uuid[], OUT scores double precision[], OUT scan text, OUT below_similarity integer) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    SET max_parallel_workers_per_gather TO '0'
    SET cpu_operator_cost TO '0'
    SET enable_seqscan TO 'off'
    SET enable_nestloop TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
declare
    tenant constant uuid := pgrerank.current_tenant_v1();
    probe constant public.halfvec := case
        when public.vector_dims(embedding) > 2000 then embedding::public.halfvec
    end;
begin
    if chunk_count > exact_limit then
        select
            n.chunk_ids,
            n.scores,
            n.scan,
            0
        into chunk_ids, scores, scan, below_similarity
        from pgrerank.nearest_of_large_v1(
            tenant, collection_id, model_id, embedding, candidates, chunk_count, filter
        ) as n;
    end if;
    if scan is null and filter is null then
        select
            coalesce(array_agg(n.chunk_id order by n.distance asc, n.chunk_id asc), '{}'),
            coalesce(array_agg(1 - n.distance order by n.distance asc, n.chunk_id asc), '{}'),
            'exact',
            0
        into chunk_ids, scores, scan, below_similarity
        from (
            select
                e.chunk_id,
                case
                    when e.half is null
                        then e.embedding operator(public.<=>) dense_leg_v1.embedding
                    else e.half operator(public.<=>) probe
                end as distance
            from pgrerank.chunk_embedding as e
            where
                e.tenant_id = tenant
                and e.collection_id = dense_leg_v1.collection_id
                and e.model_id = dense_leg_v1.model_id
            order by distance asc, e.chunk_id asc
            limit candidates
        ) as n
        where n.distance <> 'NaN';
    elsif scan is null then
        select
            coalesce(array_agg(n.chunk_id order by n.distance asc, n.chunk_id asc), '{}'),
            coalesce(array_agg(1 - n.distance order by n.distance asc, n.chunk_id asc), '{}'),
            'exact',
            0
        into chunk_ids, scores, scan, below_similarity
        from (
            select
                e.chunk_id,
                case
                    when e.half is null
                        then e.embedding operator(public.<=>) dense_leg_v1.embedding
                    else e.half operator(public.<=>) probe
                end as distance
            from pgrerank.chunk_embedding as e
            where
                e.tenant_id = tenant
                and e.collection_id = dense_leg_v1.collection_id
                and e.model_id = dense_leg_v1.model_id
                and e.document_id in (
                    select d.id
                    from pgrerank.document as d
                    where
                        d.tenant_id = tenant
                        and d.collection_id = dense_leg_v1.collection_id
                        and jsonb_path_match_opr(d.metadata, filter)
                )
            order by distance asc, e.chunk_id asc
            limit candidates
        ) as n
        where n.distance <> 'NaN';
    end if;
    if min_similarity is not null then
        select count(*)
        into below_similarity
        from unnest(scores) as u (score)
        where u.score < min_similarity;
        chunk_ids := chunk_ids[:cardinality(chunk_ids) - below_similarity];
        scores := scores[:cardinality(scores) - below_similarity];
    end if;
end
$$;

ALTER FUNCTION pgrerank.dense_leg_v1(collection_id uuid, model_id uuid, embedding public.vector, candidates integer, chunk_count bigint, filter jsonpath, min_similarity double precision, exact_limit integer, OUT chunk_ids uuid[], OUT scores double precision[], OUT scan text, OUT below_similarity integer) OWNER TO pgrerank_owner;

--
-- Name: drop_log_partitions_before_v1(integer); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.drop_log_partitions_before_v1(months integer) RETURNS SETOF text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET lock_timeout TO '1s'
    AS $$
declare
    oldest_kept constant text := 'rerank_log_' || to_char(
        date_trunc('month', now()) - make_interval(months => months), 'YYYYMM'
    );
    doomed text;
begin
    if months < 1 then
        raise exception 'months must be at least 1, not %', months using errcode = 'PR001';
    end if;
    for doomed in
        select c.relname
        from pg_catalog.pg_inherits as i
        inner join pg_catalog.pg_class as c on i.inhrelid = c.oid
        where
            i.inhparent = 'pgrerank.rerank_log'::regclass
            and c.relname < oldest_kept
        order by c.relname
    loop
        execute format('drop table pgrerank.%I', doomed);
        return next doomed;
    end loop;
end
$$;

ALTER FUNCTION pgrerank.drop_log_partitions_before_v1(months integer) OWNER TO pgrerank_owner;

--
-- Name: embedding_index_v1(uuid, uuid); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.embedding_index_v1(collection_id uuid, model_id uuid) RETURNS text
    LANGUAGE sql IMMUTABLE
    BEGIN ATOMIC
 SELECT ('ix_chunk_embedding_hnsw_'::text || md5((('half'::text || (collection_id)::text) || (model_id)::text)));
END;

ALTER FUNCTION pgrerank.embedding_index_v1(collection_id uuid, model_id uuid) OWNER TO pgrerank_owner;

--
-- Name: ensure_log_partitions_v1(integer); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.ensure_log_partitions_v1(months_ahead integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET lock_timeout TO '4s'
    AS $$
declare
    this_month constant timestamptz := date_trunc('month', now());
    first_day timestamptz;
    partition_name text;
    made integer := 0;
begin
    if months_ahead not between 0 and 24 then
        raise exception 'months_ahead must be from 0 to 24, not %', months_ahead
            using errcode = 'PR001';
    end if;
    -- One at a time; reads and writes of the log go on. Attaching takes the same lock.
    lock table pgrerank.rerank_log in share update exclusive mode;
    for first_day in
        select this_month + make_interval(months => month)
        from generate_series(-1, months_ahead) as month
    loop
        partition_name := 'rerank_log_' || to_char(first_day, 'YYYYMM');
        continue when to_regclass('pgrerank.' || partition_name) is not null;
        -- Made apart and attached: that lock lets reads and writes of the log go on.
        execute format(
            'create table pgrerank.%I (like pgrerank.rerank_log including all excluding indexes)',
            partition_name
        );
        execute format(
            'alter table pgrerank.%I enable row level security',
            partition_name
        );
        execute format(
            'alter table pgrerank.rerank_log attach partition pgrerank.%I '
            'for values from (%L) to (%L)',
            partition_name, first_day, first_day + interval '1 month'
        );
        made := made + 1;
    end loop;
    return made;
end
$$;

ALTER FUNCTION pgrerank.ensure_log_partitions_v1(months_ahead integer) OWNER TO pgrerank_owner;

--
-- Name: fuse_v1(uuid[], double precision[], uuid[], double precision[], uuid[], double precision[], text, integer, double precision, double precision, double precision); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.fuse_v1(dense_ids uuid[], dense_scores double precision[], keyword_ids uuid[], keyword_scores double precision[], sparse_ids uuid[], sparse_scores double precision[], fusion text DEFAULT 'rrf'::text, k integer DEFAULT 60, dense_weight double precision DEFAULT 1, keyword_weight double precision DEFAULT 1, sparse_weight double precision DEFAULT 1) RETURNS TABLE(chunk_id uuid, dense_rank integer, dense_score double precision, keyword_rank integer, keyword_score double precision, sparse_rank integer, sparse_score double precision, fused_rank integer, fused_score double precision)
    LANGUAGE sql IMMUTABLE
    BEGIN ATOMIC
 WITH found AS (
          SELECT 'd'::text AS leg,
             d.id,
             d.score,
             (d.rank)::integer AS rank,
             fuse_v1.dense_weight AS weight
            FROM UNNEST(fuse_v1.dense_ids, fuse_v1.dense_scores) WITH ORDINALITY d(id, score, rank)
         UNION ALL
          SELECT 'k'::text AS leg,
             w.id,
             w.score,
             (w.rank)::integer AS rank,
             fuse_v1.keyword_weight AS weight
            FROM UNNEST(fuse_v1.keyword_ids, fuse_v1.keyword_scores) WITH ORDINALITY w(id, score, rank)
         UNION ALL
          SELECT 's'::text AS leg,
             s.id,
             s.score,
             (s.rank)::integer AS rank,
             fuse_v1.sparse_weight AS weight
            FROM UNNEST(fuse_v1.sparse_ids, fuse_v1.sparse_scores) WITH ORDINALITY s(id, score, rank)
         ), scaled AS (
          SELECT f.leg,
             f.id,
             f.score,
             f.rank,
             f.weight,
             COALESCE(((f.score - min(f.score) OVER (PARTITION BY f.leg)) / NULLIF((max(f.score) OVER (PARTITION BY f.leg) - min(f.score) OVER (PARTITION BY f.leg)), (0)::double precision)), (1)::double precision) AS share
            FROM found f
         ), fused AS (
          SELECT s.id,
             min(s.rank) FILTER (WHERE (s.leg = 'd'::text)) AS dense_rank,
             min(s.score) FILTER (WHERE (s.leg = 'd'::text)) AS dense_score,
             min(s.rank) FILTER (WHERE (s.leg = 'k'::text)) AS keyword_rank,
             min(s.score) FILTER (WHERE (s.leg = 'k'::text)) AS keyword_score,
             min(s.rank) FILTER (WHERE (s.leg = 's'::text)) AS sparse_rank,
             min(s.score) FILTER (WHERE (s.leg = 's'::text)) AS sparse_score,
             sum(
                 CASE fuse_v1.fusion
                     WHEN 'rrf'::text THEN (s.weight / ((fuse_v1.k + s.rank))::double precision)
                     WHEN 'weighted'::text THEN (s.weight * s.share)
                     ELSE NULL::double precision
                 END ORDER BY s.leg) AS score
            FROM scaled s
           GROUP BY s.id
         ), ranked AS (
          SELECT f.id,
             f.dense_rank,
             f.dense_score,
             f.keyword_rank,
             f.keyword_score,
             f.sparse_rank,
             f.sparse_score,
             f.score,
             (row_number() OVER (ORDER BY f.score DESC, f.id))::integer AS fused_rank
            FROM fused f
         )
  SELECT r.id,
     r.dense_rank,
     r.dense_score,
     r.keyword_rank,
     r.keyword_score,
     r.sparse_rank,
     r.sparse_score,
     r.fused_rank,
     r.score
    FROM ranked r
   ORDER BY r.fused_rank;
END;

ALTER FUNCTION pgrerank.fuse_v1(dense_ids uuid[], dense_scores double precision[], keyword_ids uuid[], keyword_scores double precision[], sparse_ids uuid[], sparse_scores double precision[], fusion text, k integer, dense_weight double precision, keyword_weight double precision, sparse_weight double precision) OWNER TO pgrerank_owner;

--
-- Name: ks_counts_v1(bigint[], bigint[]); Type: FUNCTION; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank_analytics.ks_counts_v1(baseline bigint[], recent bigint[]) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 WITH below AS (
          SELECT (sum(u.before) OVER (ORDER BY u.place) / NULLIF(sum(u.before) OVER (), (0)::numeric)) AS before,
             (sum(u.after) OVER (ORDER BY u.place) / NULLIF(sum(u.after) OVER (), (0)::numeric)) AS after
            FROM UNNEST(ks_counts_v1.baseline, ks_counts_v1.recent) WITH ORDINALITY u(before, after, place)
         )
  SELECT (max(abs((b.before - b.after))))::double precision AS max
    FROM below b;
END;

ALTER FUNCTION pgrerank_analytics.ks_counts_v1(baseline bigint[], recent bigint[]) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION ks_counts_v1(baseline bigint[], recent bigint[]); Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank_analytics.ks_counts_v1(baseline bigint[], recent bigint[]) IS 'Kolmogorov-Smirnov distance of two histograms over the same bins, 0 to 1; null where one is empty. baseline, recent: counts of the bins, the lowest bin first.';

--
-- Name: psi_counts_v1(bigint[], bigint[], integer); Type: FUNCTION; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank_analytics.psi_counts_v1(baseline bigint[], recent bigint[], groups integer DEFAULT 10) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 WITH bin AS (
          SELECT u.place,
             (u.before)::double precision AS before,
             (u.after)::double precision AS after,
             sum(u.before) OVER () AS total,
             (sum(u.before) OVER (ORDER BY u.place) - ((u.before)::numeric / 2.0)) AS middle
            FROM UNNEST(psi_counts_v1.baseline, psi_counts_v1.recent) WITH ORDINALITY u(before, after, place)
         ), joined AS (
          SELECT sum(b.before) AS before,
             sum(b.after) AS after
            FROM bin b
           GROUP BY
                 CASE
                     WHEN (psi_counts_v1.groups IS NULL) THEN (b.place)::numeric
                     ELSE LEAST(floor((((psi_counts_v1.groups)::numeric * b.middle) / NULLIF(b.total, (0)::numeric))), ((psi_counts_v1.groups - 1))::numeric)
                 END
         ), share AS (
          SELECT ((j.before + (0.5)::double precision) / (sum(j.before) OVER () + ((0.5 * (count(*) OVER ())::numeric))::double precision)) AS p,
             ((j.after + (0.5)::double precision) / (sum(j.after) OVER () + ((0.5 * (count(*) OVER ())::numeric))::double precision)) AS q,
             LEAST(sum(j.before) OVER (), sum(j.after) OVER ()) AS smaller
            FROM joined j
         )
  SELECT sum(((s.q - s.p) * ln((s.q / s.p)))) AS sum
    FROM share s
   WHERE (s.smaller > (0)::double precision);
END;

ALTER FUNCTION pgrerank_analytics.psi_counts_v1(baseline bigint[], recent bigint[], groups integer) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION psi_counts_v1(baseline bigint[], recent bigint[], groups integer); Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank_analytics.psi_counts_v1(baseline bigint[], recent bigint[], groups integer) IS 'Population stability index of two histograms over the same bins, 0 or more: under 0.1 is little, over 0.25 much; null where one is empty. baseline, recent: counts of the bins, the lowest first; groups: neighbouring bins are joined to at most so many groups of like mass in the baseline, null for none.';

--
-- Name: collection; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.collection (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    text_search text NOT NULL,
    embedder_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    stores_tokens boolean DEFAULT false NOT NULL,
    k1 double precision DEFAULT 0.9 NOT NULL,
    b double precision DEFAULT 0.4 NOT NULL,
    title_boost double precision DEFAULT 1 NOT NULL,
    fusion text DEFAULT 'rrf'::text NOT NULL,
    rrf_k integer DEFAULT 60 NOT NULL,
    dense_weight double precision DEFAULT 1 NOT NULL,
    keyword_weight double precision DEFAULT 1 NOT NULL,
    sparse_weight double precision DEFAULT 1 NOT NULL,
    second_state text,
    second_embedder_id uuid,
    terms jsonb DEFAULT '{}'::jsonb NOT NULL,
    field_boosts jsonb DEFAULT '{}'::jsonb NOT NULL,
    reranker text,
    CONSTRAINT ck_collection_fusion CHECK ((fusion = ANY (ARRAY['rrf'::text, 'weighted'::text]))),
    CONSTRAINT ck_collection_second_state CHECK ((second_state = ANY (ARRAY['filling'::text, 'ready'::text, 'former'::text])))
);

ALTER TABLE pgrerank.collection OWNER TO pgrerank_owner;

--
-- Name: TABLE collection; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.collection IS 'One row for each collection, with the settings of its searches.';

--
-- Name: COLUMN collection.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN collection.id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection.id IS 'Id of the collection.';

--
-- Name: COLUMN collection.name; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection.name IS 'Name of the collection, unique in its tenant.';

--
-- Name: COLUMN collection.text_search; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection.text_search IS 'Text search configuration of Postgres that its words are stemmed by.';

--
-- Name: COLUMN collection.embedder_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection.embedder_id IS 'Id of the embedder that searches go by.';

--
-- Name: COLUMN collection.created_at; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection.created_at IS 'When it was made.';

--
-- Name: COLUMN collection.stores_tokens; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection.stores_tokens IS 'Whether token vectors are stored with new chunks.';

--
-- Name: COLUMN collection.k1; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection.k1 IS 'BM25''s k1, 0 or more: how soon repeated words stop counting.';

--
-- Name: COLUMN collection.b; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection.b IS 'BM25''s b, 0 to 1: how much long chunks are held back.';

--
-- Name: COLUMN collection.title_boost; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection.title_boost IS 'How often a word of the title counts, 1 being as often as in the text.';

--
-- Name: COLUMN collection.fusion; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection.fusion IS 'rrf or weighted.';

--
-- Name: COLUMN collection.rrf_k; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection.rrf_k IS 'What reciprocal rank fusion adds to every rank.';

--
-- Name: COLUMN collection.dense_weight; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection.dense_weight IS 'Weight of the dense leg in fusion, 0 or more.';

--
-- Name: COLUMN collection.keyword_weight; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection.keyword_weight IS 'Weight of the keyword leg in fusion, 0 or more.';

--
-- Name: COLUMN collection.sparse_weight; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection.sparse_weight IS 'Weight of the sparse leg in fusion, 0 or more.';

--
-- Name: COLUMN collection.second_state; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection.second_state IS 'State of a second set of vectors: filling, ready or former; null: there is none.';

--
-- Name: COLUMN collection.second_embedder_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection.second_embedder_id IS 'Id of the embedder of the second set; null: there is none.';

--
-- Name: COLUMN collection.terms; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection.terms IS 'Terms that raise what contains them, with their weights, as JSON.';

--
-- Name: COLUMN collection.field_boosts; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection.field_boosts IS 'Fields of metadata that raise candidates by a date or number, with their weights, as JSON.';

--
-- Name: COLUMN collection.reranker; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection.reranker IS 'Name of the reranker of its searches; null: that of the service.';

--
-- Name: judged_quality; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.judged_quality (
    tenant_id uuid NOT NULL,
    collection_id uuid NOT NULL,
    reranker_id uuid NOT NULL,
    counted_at timestamp with time zone NOT NULL,
    queries bigint NOT NULL,
    ndcg_without double precision,
    ndcg_with double precision,
    calibrated_pairs bigint NOT NULL,
    calibration_error double precision
);

ALTER TABLE pgrerank.judged_quality OWNER TO pgrerank_owner;

--
-- Name: TABLE judged_quality; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.judged_quality IS 'How good the searches of the last 28 days were where their queries are judged. The view judged_quality shows it.';

--
-- Name: COLUMN judged_quality.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.judged_quality.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN judged_quality.collection_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.judged_quality.collection_id IS 'Id of the collection.';

--
-- Name: COLUMN judged_quality.reranker_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.judged_quality.reranker_id IS 'Id of the reranker.';

--
-- Name: COLUMN judged_quality.counted_at; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.judged_quality.counted_at IS 'When the row was counted.';

--
-- Name: COLUMN judged_quality.queries; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.judged_quality.queries IS 'Judged queries with a relevant document that were asked.';

--
-- Name: COLUMN judged_quality.ndcg_without; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.judged_quality.ndcg_without IS 'Mean nDCG@10 of the fused order, 0 to 1.';

--
-- Name: COLUMN judged_quality.ndcg_with; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.judged_quality.ndcg_with IS 'Mean nDCG@10 of the final order, 0 to 1.';

--
-- Name: COLUMN judged_quality.calibrated_pairs; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.judged_quality.calibrated_pairs IS 'Judged results with a probability, of documents of which nothing was judged before their calibration was made.';

--
-- Name: COLUMN judged_quality.calibration_error; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.judged_quality.calibration_error IS 'Expected calibration error over those pairs, ten bins of equal mass, 0 to 1; null: no such pairs. Only judged results count.';

--
-- Name: model; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.model (
    id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    revision text,
    fingerprint text NOT NULL,
    "precision" text NOT NULL,
    max_length integer NOT NULL,
    dimensions integer,
    score_kind text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ck_model_kind CHECK ((kind = ANY (ARRAY['embedder'::text, 'reranker'::text])))
);

ALTER TABLE pgrerank.model OWNER TO pgrerank_owner;

--
-- Name: TABLE model; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.model IS 'One row for each model that the service has run. Shared by all tenants.';

--
-- Name: COLUMN model.id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.model.id IS 'Id of the model, derived from its fingerprint: the same in every database.';

--
-- Name: COLUMN model.kind; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.model.kind IS 'embedder or reranker.';

--
-- Name: COLUMN model.name; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.model.name IS 'Name of the model.';

--
-- Name: COLUMN model.revision; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.model.revision IS 'Revision of its files; null: not known.';

--
-- Name: COLUMN model.fingerprint; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.model.fingerprint IS 'Identifies what the model computes: models of one fingerprint give the same numbers.';

--
-- Name: COLUMN model."precision"; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.model."precision" IS 'Precision of its numbers, such as fp32, bf16 or int8.';

--
-- Name: COLUMN model.max_length; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.model.max_length IS 'Most tokens that it reads of a text or pair.';

--
-- Name: COLUMN model.dimensions; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.model.dimensions IS 'Dimensions of the vectors of an embedder; null: a reranker.';

--
-- Name: COLUMN model.score_kind; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.model.score_kind IS 'Unit of the scores of a reranker; null: an embedder.';

--
-- Name: COLUMN model.created_at; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.model.created_at IS 'When it first ran.';

--
-- Name: reference_run; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.reference_run (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    reference_set_id uuid NOT NULL,
    digest bytea NOT NULL,
    model_id uuid NOT NULL,
    environment jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    scores double precision[] NOT NULL,
    truncated boolean[] NOT NULL,
    verdict text NOT NULL,
    compared_with_id uuid,
    beyond_noise integer NOT NULL,
    truncation_changes integer NOT NULL,
    largest_change double precision,
    noise double precision,
    kendall_tau double precision,
    message text NOT NULL,
    CONSTRAINT ck_reference_run_parallel CHECK ((cardinality(scores) = cardinality(truncated))),
    CONSTRAINT ck_reference_run_verdict CHECK ((verdict = ANY (ARRAY['first'::text, 'same'::text, 'changed'::text, 'other model'::text])))
);

ALTER TABLE pgrerank.reference_run OWNER TO pgrerank_owner;

--
-- Name: TABLE reference_run; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.reference_run IS 'One row for each time a reference set was scored. The view reference_run shows it.';

--
-- Name: COLUMN reference_run.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_run.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN reference_run.id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_run.id IS 'Id of this scoring.';

--
-- Name: COLUMN reference_run.reference_set_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_run.reference_set_id IS 'Id of the reference set.';

--
-- Name: COLUMN reference_run.digest; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_run.digest IS 'Hash of the pairs that were scored.';

--
-- Name: COLUMN reference_run.model_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_run.model_id IS 'Id of the reranker that scored.';

--
-- Name: COLUMN reference_run.environment; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_run.environment IS 'Versions of libraries, the processor and more, as JSON.';

--
-- Name: COLUMN reference_run.created_at; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_run.created_at IS 'When it was scored.';

--
-- Name: COLUMN reference_run.scores; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_run.scores IS 'Raw score of each pair, in their order; null inside: it failed.';

--
-- Name: COLUMN reference_run.truncated; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_run.truncated IS 'Whether the reranker read only the beginning, of each pair.';

--
-- Name: COLUMN reference_run.verdict; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_run.verdict IS 'first; same; changed: the same model gave other scores; other model.';

--
-- Name: COLUMN reference_run.compared_with_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_run.compared_with_id IS 'Id of the run before; null: the first of these pairs.';

--
-- Name: COLUMN reference_run.beyond_noise; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_run.beyond_noise IS 'Pairs whose scores differ by more than the noise.';

--
-- Name: COLUMN reference_run.truncation_changes; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_run.truncation_changes IS 'Pairs of which more or less was read than before.';

--
-- Name: COLUMN reference_run.largest_change; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_run.largest_change IS 'Largest difference of a score, in the unit of the model; null: nothing to compare.';

--
-- Name: COLUMN reference_run.noise; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_run.noise IS 'How large a difference is mere noise, in the unit of the model; null: nothing to compare.';

--
-- Name: COLUMN reference_run.kendall_tau; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_run.kendall_tau IS 'Rank correlation of the two runs over all pairs, -1 to 1; null: nothing to compare.';

--
-- Name: COLUMN reference_run.message; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_run.message IS 'What happened, in a sentence.';

--
-- Name: reference_set; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.reference_set (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    digest bytea NOT NULL,
    queries text[] NOT NULL,
    passages text[] NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_reference_set_parallel CHECK ((cardinality(queries) = cardinality(passages)))
);

ALTER TABLE pgrerank.reference_set OWNER TO pgrerank_owner;

--
-- Name: TABLE reference_set; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.reference_set IS 'One row for each reference set: a fixed set of pairs of query and passage, in parallel arrays.';

--
-- Name: COLUMN reference_set.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_set.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN reference_set.id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_set.id IS 'Id of the reference set.';

--
-- Name: COLUMN reference_set.name; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_set.name IS 'Name of the reference set, unique in its tenant.';

--
-- Name: COLUMN reference_set.digest; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_set.digest IS 'Hash of its pairs.';

--
-- Name: COLUMN reference_set.queries; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_set.queries IS 'Query of each pair.';

--
-- Name: COLUMN reference_set.passages; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_set.passages IS 'Passage of each pair.';

--
-- Name: COLUMN reference_set.created_at; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.reference_set.created_at IS 'When it was stored.';

--
-- Name: rerank_log; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.rerank_log (
    tenant_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    id uuid NOT NULL,
    collection_id uuid,
    collection_name text,
    query text NOT NULL,
    strategy text NOT NULL,
    profile text NOT NULL,
    knobs jsonb NOT NULL,
    status text NOT NULL,
    reason text,
    depth integer NOT NULL,
    limit_ integer NOT NULL,
    returned integer NOT NULL,
    embedder_id uuid,
    reranker_id uuid,
    dense_requested integer,
    dense_returned integer,
    dense_scan text,
    keyword_requested integer,
    keyword_returned integer,
    keyword_scan text,
    timings_ms jsonb NOT NULL,
    cut jsonb NOT NULL,
    source text DEFAULT 'search'::text NOT NULL,
    chunk_ids uuid[] NOT NULL,
    dense_ranks smallint[] NOT NULL,
    dense_scores real[] NOT NULL,
    keyword_ranks smallint[] NOT NULL,
    keyword_scores real[] NOT NULL,
    fused_ranks smallint[] NOT NULL,
    fused_scores real[] NOT NULL,
    rerank_scores double precision[] NOT NULL,
    relevances double precision[] NOT NULL,
    truncated boolean[] NOT NULL,
    final_ranks smallint[] NOT NULL,
    crowded_ranks smallint[],
    cascade_id uuid,
    cascade_scores double precision[],
    base_parts double precision[],
    reranker_parts double precision[],
    similarity_parts double precision[],
    words_parts double precision[],
    agreement_parts double precision[],
    sparse_requested integer,
    sparse_returned integer,
    sparse_scan text,
    sparse_ranks smallint[],
    sparse_scores real[],
    calibration_id uuid,
    answerable double precision,
    dialect text,
    document_hashes bytea[],
    document_texts text[],
    boosts double precision[],
    key_id uuid,
    end_user_id text,
    warnings text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT ck_rerank_log_end_user_id CHECK (((char_length(end_user_id) >= 1) AND (char_length(end_user_id) <= 200))),
    CONSTRAINT ck_rerank_log_parallel CHECK ((cardinality(chunk_ids) = ALL (ARRAY[cardinality(dense_ranks), cardinality(dense_scores), cardinality(keyword_ranks), cardinality(keyword_scores), cardinality(fused_ranks), cardinality(fused_scores), cardinality(rerank_scores), cardinality(relevances), cardinality(truncated), cardinality(final_ranks)]))),
    CONSTRAINT ck_rerank_log_status CHECK ((status = ANY (ARRAY['full'::text, 'partial'::text, 'skipped'::text, 'failed'::text])))
)
PARTITION BY RANGE (created_at);

ALTER TABLE pgrerank.rerank_log OWNER TO pgrerank_owner;

--
-- Name: TABLE rerank_log; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.rerank_log IS 'One row for each search, and for each ranking of documents that a caller supplied. Columns of arrays have one element for each candidate, in the final order. The views rerank_log, rerank_candidate, ranking and ranking_document show it. Partitioned by month.';

--
-- Name: COLUMN rerank_log.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN rerank_log.created_at; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.created_at IS 'When the search was made. Name an interval of it: only its months are read.';

--
-- Name: COLUMN rerank_log.id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.id IS 'Id of the search or ranking, as the answer carried it.';

--
-- Name: COLUMN rerank_log.collection_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.collection_id IS 'Id of the collection; null: the caller supplied the documents and named none. No foreign key: the log outlives what it names.';

--
-- Name: COLUMN rerank_log.collection_name; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.collection_name IS 'Name of the collection as it was then, also where it has been deleted since; null: the caller supplied the documents and named none.';

--
-- Name: COLUMN rerank_log.query; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.query IS 'Text of the query.';

--
-- Name: COLUMN rerank_log.strategy; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.strategy IS 'Which legs found candidates: dense, keyword, hybrid or tiered; none: the caller supplied the documents.';

--
-- Name: COLUMN rerank_log.profile; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.profile IS 'interactive or batch, as asked; none: the caller supplied the documents.';

--
-- Name: COLUMN rerank_log.knobs; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.knobs IS 'All settings of the search as they were applied, as JSON.';

--
-- Name: COLUMN rerank_log.status; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.status IS 'What became of the rerank stage. full: all of depth was reranked; partial: the time budget ended before; skipped: nothing was reranked; failed: the reranker failed.';

--
-- Name: COLUMN rerank_log.reason; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.reason IS 'Why the status is not full, in words; null where it is.';

--
-- Name: COLUMN rerank_log.depth; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.depth IS 'How many candidates got a rerank score, 0 or more.';

--
-- Name: COLUMN rerank_log.limit_; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.limit_ IS 'How many results were asked for at most.';

--
-- Name: COLUMN rerank_log.returned; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.returned IS 'How many results the answer held, 0 or more.';

--
-- Name: COLUMN rerank_log.embedder_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.embedder_id IS 'Id of the embedder; null: no dense leg ran.';

--
-- Name: COLUMN rerank_log.reranker_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.reranker_id IS 'Id of the reranker; null: none ran.';

--
-- Name: COLUMN rerank_log.dense_requested; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.dense_requested IS 'Rows asked of the dense leg; null: the leg was off.';

--
-- Name: COLUMN rerank_log.dense_returned; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.dense_returned IS 'Rows that the dense leg gave; null: the leg was off.';

--
-- Name: COLUMN rerank_log.dense_scan; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.dense_scan IS 'How the dense leg read: exact (all vectors) or hnsw (an index); null: the leg was off.';

--
-- Name: COLUMN rerank_log.keyword_requested; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.keyword_requested IS 'Rows asked of the keyword leg; null: the leg was off.';

--
-- Name: COLUMN rerank_log.keyword_returned; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.keyword_returned IS 'Rows that the keyword leg gave; null: the leg was off.';

--
-- Name: COLUMN rerank_log.keyword_scan; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.keyword_scan IS 'How the keyword leg read: gin (an index), `no terms` where the query held stop words only, `gin, phrases relaxed` where no text held its phrases; null: the leg was off.';

--
-- Name: COLUMN rerank_log.timings_ms; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.timings_ms IS 'Milliseconds by stage, as JSON.';

--
-- Name: COLUMN rerank_log.cut; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.cut IS 'How many candidates each limit removed, as JSON.';

--
-- Name: COLUMN rerank_log.source; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.source IS 'search, or api: the caller supplied the documents.';

--
-- Name: COLUMN rerank_log.chunk_ids; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.chunk_ids IS 'Id of each chunk.';

--
-- Name: COLUMN rerank_log.dense_ranks; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.dense_ranks IS 'Place in the dense leg, from 1; null inside: it did not find the chunk.';

--
-- Name: COLUMN rerank_log.dense_scores; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.dense_scores IS 'Cosine similarity, -1 to 1; null inside: the dense leg did not find the chunk.';

--
-- Name: COLUMN rerank_log.keyword_ranks; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.keyword_ranks IS 'Place in the keyword leg, from 1; null inside: it did not find the chunk.';

--
-- Name: COLUMN rerank_log.keyword_scores; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.keyword_scores IS 'BM25 score, above 0; null inside: the keyword leg did not find the chunk.';

--
-- Name: COLUMN rerank_log.fused_ranks; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.fused_ranks IS 'Place after fusion, from 1; of supplied documents, the caller''s order.';

--
-- Name: COLUMN rerank_log.fused_scores; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.fused_scores IS 'Score after fusion.';

--
-- Name: COLUMN rerank_log.rerank_scores; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.rerank_scores IS 'Raw score of the reranker; null inside: not reranked.';

--
-- Name: COLUMN rerank_log.relevances; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.relevances IS 'Probability of relevance, 0 to 1; null inside: no calibration.';

--
-- Name: COLUMN rerank_log.truncated; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.truncated IS 'Whether the reranker read only the beginning.';

--
-- Name: COLUMN rerank_log.final_ranks; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.final_ranks IS 'Place in the final order, from 1.';

--
-- Name: COLUMN rerank_log.crowded_ranks; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.crowded_ranks IS 'Places in the final order of candidates that per_document removed; null: none.';

--
-- Name: COLUMN rerank_log.cascade_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.cascade_id IS 'Id of the model of the first step of a cascade; null: there was none.';

--
-- Name: COLUMN rerank_log.cascade_scores; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.cascade_scores IS 'Raw score of the first step; null inside: not scored there; null: there was no cascade.';

--
-- Name: COLUMN rerank_log.base_parts; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.base_parts IS 'Log-odds of relevance of an average candidate; null inside: not reranked; null: nothing was, or the documents were supplied.';

--
-- Name: COLUMN rerank_log.reranker_parts; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.reranker_parts IS 'What the rerank score adds to the log-odds of relevance; null inside: not reranked; null: nothing was, or the documents were supplied.';

--
-- Name: COLUMN rerank_log.similarity_parts; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.similarity_parts IS 'What the cosine similarity adds to the log-odds; null inside: not reranked; null: nothing was, or the documents were supplied.';

--
-- Name: COLUMN rerank_log.words_parts; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.words_parts IS 'What BM25 adds to the log-odds; null inside: not reranked; null: nothing was, or the documents were supplied.';

--
-- Name: COLUMN rerank_log.agreement_parts; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.agreement_parts IS 'What the similarity to the best candidates adds to the log-odds; null inside: not reranked; null: nothing was, or the documents were supplied.';

--
-- Name: COLUMN rerank_log.sparse_requested; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.sparse_requested IS 'Rows asked of the sparse leg; null: the query had no weights.';

--
-- Name: COLUMN rerank_log.sparse_returned; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.sparse_returned IS 'Rows that the sparse leg gave; null: the query had no weights.';

--
-- Name: COLUMN rerank_log.sparse_scan; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.sparse_scan IS 'How the sparse leg read: exact, or no weights where no chunk has some; null: the query had no weights.';

--
-- Name: COLUMN rerank_log.sparse_ranks; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.sparse_ranks IS 'Place in the sparse leg, from 1; null inside: it did not find the chunk; null: the leg was off.';

--
-- Name: COLUMN rerank_log.sparse_scores; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.sparse_scores IS 'Inner product of learned weights, above 0; null inside: the sparse leg did not find the chunk; null: the leg was off.';

--
-- Name: COLUMN rerank_log.calibration_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.calibration_id IS 'Id of the calibration that was applied; null: none. No foreign key: the log outlives what it names.';

--
-- Name: COLUMN rerank_log.answerable; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.answerable IS 'Probability that at least one candidate is relevant, 0 to 1; null: no calibration gives it.';

--
-- Name: COLUMN rerank_log.dialect; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.dialect IS 'How documents were supplied: native, or the system whose API the caller speaks; null: a search.';

--
-- Name: COLUMN rerank_log.document_hashes; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.document_hashes IS 'SHA-256 of the text of each supplied document; null: a search.';

--
-- Name: COLUMN rerank_log.document_texts; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.document_texts IS 'Text of each supplied document; null: a search, or the tenant keeps no texts.';

--
-- Name: COLUMN rerank_log.boosts; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.boosts IS 'What terms and fields of the collection added to the log-odds, or, of supplied documents, to the rerank score; null: nothing.';

--
-- Name: COLUMN rerank_log.key_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.key_id IS 'Id of the API key that asked, as `pgrerank key list` shows it; null: the command line asked. No foreign key: the log outlives what it names.';

--
-- Name: COLUMN rerank_log.end_user_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.end_user_id IS 'The caller''s own user, 1 to 200 characters, as the caller named them; null: not named.';

--
-- Name: COLUMN rerank_log.warnings; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.rerank_log.warnings IS 'Reasons to distrust the order, in words, such as a query that the models cannot read; usually empty.';

--
-- Name: score_daily; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.score_daily (
    tenant_id uuid NOT NULL,
    day date NOT NULL,
    collection_id uuid,
    reranker_id uuid,
    collection_name text,
    counted_at timestamp with time zone NOT NULL,
    searches bigint NOT NULL,
    partial_searches bigint NOT NULL,
    skipped_searches bigint NOT NULL,
    failed_searches bigint NOT NULL,
    pairs bigint NOT NULL,
    truncated_pairs bigint NOT NULL,
    changed_top_1 bigint NOT NULL,
    changed_top_3 bigint NOT NULL,
    changed_top_10 bigint NOT NULL,
    tau_searches bigint NOT NULL,
    tau_sum double precision NOT NULL,
    shift_sum double precision NOT NULL,
    agreement_searches bigint NOT NULL,
    agreement_sum double precision NOT NULL,
    score_bins smallint[] NOT NULL,
    score_counts bigint[] NOT NULL,
    collection_key uuid GENERATED ALWAYS AS (COALESCE(collection_id, '00000000-0000-0000-0000-000000000000'::uuid)) STORED NOT NULL,
    reranker_key uuid GENERATED ALWAYS AS (COALESCE(reranker_id, '00000000-0000-0000-0000-000000000000'::uuid)) STORED NOT NULL,
    CONSTRAINT ck_score_daily_parallel CHECK ((cardinality(score_bins) = cardinality(score_counts)))
);

ALTER TABLE pgrerank.score_daily OWNER TO pgrerank_owner;

--
-- Name: TABLE score_daily; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.score_daily IS 'Searches and their rerank scores by tenant, day, collection and reranker. The view score_daily shows it, effect_daily and score_drift are made of it.';

--
-- Name: COLUMN score_daily.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN score_daily.day; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.day IS 'Day in UTC.';

--
-- Name: COLUMN score_daily.collection_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.collection_id IS 'Id of the collection; null: documents that callers supplied.';

--
-- Name: COLUMN score_daily.reranker_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.reranker_id IS 'Id of the reranker; null: the row of searches that were not reranked.';

--
-- Name: COLUMN score_daily.collection_name; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.collection_name IS 'Name of the collection as it was then, also where it has been deleted since.';

--
-- Name: COLUMN score_daily.counted_at; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.counted_at IS 'When the row was counted.';

--
-- Name: COLUMN score_daily.searches; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.searches IS 'All searches of the row.';

--
-- Name: COLUMN score_daily.partial_searches; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.partial_searches IS 'Those of status partial.';

--
-- Name: COLUMN score_daily.skipped_searches; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.skipped_searches IS 'Those of status skipped.';

--
-- Name: COLUMN score_daily.failed_searches; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.failed_searches IS 'Those of status failed.';

--
-- Name: COLUMN score_daily.pairs; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.pairs IS 'Pairs of query and chunk that got a rerank score.';

--
-- Name: COLUMN score_daily.truncated_pairs; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.truncated_pairs IS 'Those of which the reranker read only the beginning.';

--
-- Name: COLUMN score_daily.changed_top_1; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.changed_top_1 IS 'Reranked searches whose first result fusion had placed behind the first.';

--
-- Name: COLUMN score_daily.changed_top_3; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.changed_top_3 IS 'Reranked searches whose first 3 hold a chunk that fusion had placed behind them.';

--
-- Name: COLUMN score_daily.changed_top_10; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.changed_top_10 IS 'Reranked searches whose first 10 hold a chunk that fusion had placed behind them.';

--
-- Name: COLUMN score_daily.tau_searches; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.tau_searches IS 'Searches that tau_sum adds up.';

--
-- Name: COLUMN score_daily.tau_sum; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.tau_sum IS 'Sum of Kendall''s tau-b between fused and final order, of searches with two reranked candidates or more.';

--
-- Name: COLUMN score_daily.shift_sum; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.shift_sum IS 'Sum over reranked searches of the mean number of places by which fusion and reranker differ on the first 10.';

--
-- Name: COLUMN score_daily.agreement_searches; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.agreement_searches IS 'Searches that agreement_sum adds up.';

--
-- Name: COLUMN score_daily.agreement_sum; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.agreement_sum IS 'Sum of the share of the reranker''s first 10 that the dense leg had among its first 50.';

--
-- Name: COLUMN score_daily.score_bins; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.score_bins IS 'Histogram of the raw scores: its bins in rising order, see score_bin_v1.';

--
-- Name: COLUMN score_daily.score_counts; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.score_counts IS 'Histogram of the raw scores: pairs in each of score_bins.';

--
-- Name: COLUMN score_daily.collection_key; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.collection_key IS 'collection_id, or zeros where it is null: part of the primary key.';

--
-- Name: COLUMN score_daily.reranker_key; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.score_daily.reranker_key IS 'reranker_id, or zeros where it is null: part of the primary key.';

--
-- Name: tenant; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.tenant (
    id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    pairs_per_second integer,
    keep_texts boolean DEFAULT false NOT NULL,
    CONSTRAINT ck_tenant_pairs_per_second CHECK ((pairs_per_second >= 0))
);

ALTER TABLE pgrerank.tenant OWNER TO pgrerank_owner;

--
-- Name: TABLE tenant; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.tenant IS 'One row for each tenant.';

--
-- Name: COLUMN tenant.id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.tenant.id IS 'Id of the tenant.';

--
-- Name: COLUMN tenant.name; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.tenant.name IS 'Name of the tenant, unique.';

--
-- Name: COLUMN tenant.created_at; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.tenant.created_at IS 'When it was made.';

--
-- Name: COLUMN tenant.pairs_per_second; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.tenant.pairs_per_second IS 'Quota of reranked pairs a second; null: the default of the service.';

--
-- Name: COLUMN tenant.keep_texts; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.tenant.keep_texts IS 'Whether the log keeps the texts of documents that callers supply.';

--
-- Name: score_drift; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.score_drift WITH (security_invoker='true') AS
 WITH today AS (
         SELECT ((now() AT TIME ZONE 'UTC'::text))::date AS day
        ), counted AS (
         SELECT d.tenant_id,
            d.collection_id,
            d.reranker_id,
            d.day,
            d.collection_name,
            d.score_bins,
            d.score_counts,
            (d.day > (t_1.day - 7)) AS is_recent,
            ((d.searches - d.skipped_searches) - d.failed_searches) AS searches
           FROM (pgrerank.score_daily d
             CROSS JOIN today t_1)
          WHERE ((d.day > (t_1.day - 35)) AND (d.day <= t_1.day) AND (d.reranker_id IS NOT NULL))
        ), volume AS (
         SELECT c.tenant_id,
            c.collection_id,
            c.reranker_id,
            (array_agg(c.collection_name ORDER BY c.day DESC))[1] AS collection_name,
            max(c.day) AS last_day,
            (COALESCE(sum(c.searches) FILTER (WHERE (NOT c.is_recent)), (0)::numeric))::bigint AS baseline_searches,
            (COALESCE(sum(c.searches) FILTER (WHERE c.is_recent), (0)::numeric))::bigint AS recent_searches
           FROM counted c
          GROUP BY c.tenant_id, c.collection_id, c.reranker_id
         HAVING bool_or(c.is_recent)
        ), bin AS (
         SELECT c.tenant_id,
            c.collection_id,
            c.reranker_id,
            u.bin,
            (COALESCE(sum(u.pairs) FILTER (WHERE (NOT c.is_recent)), (0)::numeric))::bigint AS baseline_pairs,
            (COALESCE(sum(u.pairs) FILTER (WHERE c.is_recent), (0)::numeric))::bigint AS recent_pairs
           FROM (counted c
             CROSS JOIN LATERAL UNNEST(c.score_bins, c.score_counts) u(bin, pairs))
          GROUP BY c.tenant_id, c.collection_id, c.reranker_id, u.bin
        ), histogram AS (
         SELECT b.tenant_id,
            b.collection_id,
            b.reranker_id,
            array_agg(b.baseline_pairs ORDER BY b.bin) AS baseline,
            array_agg(b.recent_pairs ORDER BY b.bin) AS recent,
            (sum(b.baseline_pairs))::bigint AS baseline_pairs,
            (sum(b.recent_pairs))::bigint AS recent_pairs
           FROM bin b
          GROUP BY b.tenant_id, b.collection_id, b.reranker_id
        )
 SELECT t.name AS tenant,
    v.collection_name AS collection,
    v.collection_id,
    m.name AS reranker,
    m.fingerprint AS reranker_fingerprint,
    v.last_day,
    v.baseline_searches,
    v.recent_searches,
    COALESCE(h.baseline_pairs, (0)::bigint) AS baseline_pairs,
    COALESCE(h.recent_pairs, (0)::bigint) AS recent_pairs,
    pgrerank_analytics.psi_counts_v1(h.baseline, h.recent) AS psi,
    pgrerank_analytics.ks_counts_v1(h.baseline, h.recent) AS ks
   FROM (((volume v
     JOIN pgrerank.tenant t ON ((v.tenant_id = t.id)))
     JOIN pgrerank.model m ON ((v.reranker_id = m.id)))
     LEFT JOIN histogram h ON (((v.tenant_id = h.tenant_id) AND (NOT (v.collection_id IS DISTINCT FROM h.collection_id)) AND (v.reranker_id = h.reranker_id))));

ALTER VIEW pgrerank_analytics.score_drift OWNER TO pgrerank_owner;

--
-- Name: VIEW score_drift; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.score_drift IS 'Rerank scores of the last seven days (UTC, today''s included) beside those of the 28 days before, by tenant, collection and reranker. A reranker that was not used in the last seven days has no row.';

--
-- Name: COLUMN score_drift.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_drift.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN score_drift.collection; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_drift.collection IS 'Name of the collection as it was last.';

--
-- Name: COLUMN score_drift.collection_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_drift.collection_id IS 'Id of the collection.';

--
-- Name: COLUMN score_drift.reranker; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_drift.reranker IS 'Name of the reranker.';

--
-- Name: COLUMN score_drift.reranker_fingerprint; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_drift.reranker_fingerprint IS 'Fingerprint of that model: models of one fingerprint give the same scores, scores of different ones must not be compared.';

--
-- Name: COLUMN score_drift.last_day; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_drift.last_day IS 'Last day on which it was used.';

--
-- Name: COLUMN score_drift.baseline_searches; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_drift.baseline_searches IS 'Reranked searches of the 28 days.';

--
-- Name: COLUMN score_drift.recent_searches; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_drift.recent_searches IS 'Reranked searches of the last seven days.';

--
-- Name: COLUMN score_drift.baseline_pairs; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_drift.baseline_pairs IS 'Scored pairs of the 28 days.';

--
-- Name: COLUMN score_drift.recent_pairs; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_drift.recent_pairs IS 'Scored pairs of the last seven days.';

--
-- Name: COLUMN score_drift.psi; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_drift.psi IS 'Population stability index of the scores, 0 or more: under 0.1 is little, over 0.25 much; null: a window is empty.';

--
-- Name: COLUMN score_drift.ks; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_drift.ks IS 'Kolmogorov-Smirnov distance of the scores, 0 to 1: the largest difference of the two cumulative shares at an end of a bin; null: a window is empty.';

--
-- Name: health; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.health WITH (security_invoker='true') AS
 WITH today AS (
         SELECT ((now() AT TIME ZONE 'UTC'::text))::date AS day
        ), rule(check_name, warn_at, alert_at, fewest, counted, advice) AS (
         VALUES ('score_psi'::text,0.1,0.25,200,'reranked searches in each of both windows'::text,'Rerank scores have moved. Look whether documents, the kind of queries or the depth changed; if so, calibrate anew, and set thresholds again.'::text), ('score_ks'::text,0.1,0.2,200,'reranked searches in each of both windows'::text,'Rerank scores have moved. Look whether documents, the kind of queries or the depth changed; if so, calibrate anew, and set thresholds again.'::text), ('truncated'::text,0.1,0.3,1000,'scored pairs'::text,'The reranker does not read its passages whole. Ingest shorter chunks, or take a reranker that reads longer ones.'::text), ('agreement'::text,0.6,0.4,50,'reranked searches with a dense leg'::text,'The reranker finds its best where the embedder ranks low: the two may not fit each other, or the text is not the kind the embedder knows. Try a matching pair of models; until then raise `candidates`.'::text), ('not_reranked'::text,0.02,0.1,50,'searches that were to be reranked'::text,'Reranking fails or runs out of time. The log says why (column `reason`): lower the depth, allow more time, or add capacity.'::text), ('lift'::text,0.0,'-0.02'::numeric,30,'judged queries'::text,'On judged queries reranking makes the order no better. Compare rerankers with `pgrerank evaluate`, or switch reranking off for this collection.'::text), ('lift_proxy'::text,0.05,0.01,50,'reranked searches'::text,'Reranking hardly changes the first ten, so it can hardly improve them. This is a proxy: judge some queries to know. Lower the depth, or switch reranking off.'::text), ('calibration'::text,0.05,0.1,100,'probabilities first judged after their calibration'::text,'Probabilities no longer say how often results are relevant. Calibrate anew: `pgrerank calibrate`.'::text), ('reference'::text,0.5,1.0,1,'runs in the last seven days'::text,''::text), ('counted'::text,3.0,27.0,1,'counts of the log'::text,'Searches are not counted, so the other checks are old. Run `pgrerank worker`, which counts every hour, or count now with `pgrerank drift`.'::text)
        ), week AS (
         SELECT d.tenant_id,
            d.collection_id,
            sum((d.searches - d.skipped_searches)) AS attempted,
            sum((d.partial_searches + d.failed_searches)) AS unfinished,
            sum(((d.searches - d.skipped_searches) - d.failed_searches)) AS reranked,
            sum(d.pairs) AS pairs,
            sum(d.truncated_pairs) AS truncated_pairs,
            sum(d.changed_top_10) AS changed_top_10,
            sum(d.agreement_searches) AS agreement_searches,
            sum(d.agreement_sum) AS agreement_sum
           FROM (pgrerank.score_daily d
             CROSS JOIN today t_1)
          WHERE ((d.day > (t_1.day - 7)) AND (d.day <= t_1.day))
          GROUP BY d.tenant_id, d.collection_id
        ), drift AS (
         SELECT DISTINCT ON (s.tenant, s.collection_id) s.tenant,
            s.collection_id,
            s.reranker,
            s.reranker_fingerprint,
            s.psi,
            s.ks,
            LEAST(s.baseline_searches, s.recent_searches) AS searches
           FROM pgrerank_analytics.score_drift s
          ORDER BY s.tenant, s.collection_id, s.last_day DESC, s.recent_searches DESC, s.reranker_fingerprint
        ), watched AS (
         SELECT c.tenant_id,
            c.name AS collection,
            w.attempted,
            w.unfinished,
            w.reranked,
            w.pairs,
            w.truncated_pairs,
            w.changed_top_10,
            w.agreement_searches,
            w.agreement_sum,
            d.reranker,
            d.psi,
            d.ks,
            d.searches AS compared_searches,
            q.queries,
            q.calibrated_pairs,
            q.calibration_error,
            (q.ndcg_with - q.ndcg_without) AS lift
           FROM (((((week w
             JOIN pgrerank.collection c ON (((w.tenant_id = c.tenant_id) AND (w.collection_id = c.id))))
             JOIN pgrerank.tenant t_1 ON ((w.tenant_id = t_1.id)))
             LEFT JOIN drift d ON (((t_1.name = d.tenant) AND (w.collection_id = d.collection_id))))
             LEFT JOIN pgrerank.model m ON ((d.reranker_fingerprint = m.fingerprint)))
             LEFT JOIN pgrerank.judged_quality q ON (((w.tenant_id = q.tenant_id) AND (w.collection_id = q.collection_id) AND (m.id = q.reranker_id))))
        ), reference AS (
         SELECT DISTINCT ON (r.tenant_id, r.reference_set_id) r.tenant_id,
            s.name AS reference_set,
            m.name AS reranker,
            r.message,
            count(*) OVER (PARTITION BY r.tenant_id, r.reference_set_id) AS samples,
                CASE
                    WHEN (r.verdict = ANY (ARRAY['first'::text, 'same'::text])) THEN (0.0)::double precision
                    WHEN (r.verdict = 'other model'::text) THEN (0.5)::double precision
                    ELSE GREATEST((1.0)::double precision, (r.largest_change / NULLIF(r.noise, (0)::double precision)))
                END AS value
           FROM ((pgrerank.reference_run r
             JOIN pgrerank.reference_set s ON (((r.tenant_id = s.tenant_id) AND (r.reference_set_id = s.id))))
             JOIN pgrerank.model m ON ((r.model_id = m.id)))
          WHERE (r.created_at > (now() - '7 days'::interval))
          ORDER BY r.tenant_id, r.reference_set_id, (r.verdict = 'changed'::text) DESC, (r.verdict = 'other model'::text) DESC, r.id DESC
        ), counting AS (
         SELECT t_1.id AS tenant_id,
            (EXTRACT(epoch FROM (newest.created_at - counted.counted_at)) / (3600)::numeric) AS hours
           FROM ((pgrerank.tenant t_1
             CROSS JOIN LATERAL ( SELECT max(l.created_at) AS created_at
                   FROM pgrerank.rerank_log l
                  WHERE ((l.tenant_id = t_1.id) AND (l.created_at > (now() - '7 days'::interval)))) newest)
             CROSS JOIN LATERAL ( SELECT max(d.counted_at) AS counted_at
                   FROM pgrerank.score_daily d
                  WHERE (d.tenant_id = t_1.id)) counted)
          WHERE (newest.created_at > COALESCE(counted.counted_at, '-infinity'::timestamp with time zone))
        ), finding AS (
         SELECT w.tenant_id,
            w.collection,
            w.reranker,
            v.check_name,
            v.value,
            v.samples,
            NULL::text AS message
           FROM (watched w
             CROSS JOIN LATERAL ( VALUES ('score_psi'::text,w.psi,w.compared_searches), ('score_ks'::text,w.ks,w.compared_searches), ('truncated'::text,(w.truncated_pairs / NULLIF(w.pairs, (0)::numeric)),w.pairs), ('agreement'::text,(w.agreement_sum / (NULLIF(w.agreement_searches, (0)::numeric))::double precision),w.agreement_searches), ('not_reranked'::text,(w.unfinished / NULLIF(w.attempted, (0)::numeric)),w.attempted), ('lift'::text,w.lift,w.queries), ('lift_proxy'::text,(w.changed_top_10 / NULLIF(w.reranked, (0)::numeric)),w.reranked), ('calibration'::text,w.calibration_error,w.calibrated_pairs)) v(check_name, value, samples))
          WHERE ((v.check_name <> 'lift_proxy'::text) OR (COALESCE(w.queries, (0)::bigint) < 30))
        UNION ALL
         SELECT r.tenant_id,
            NULL::text AS collection,
            r.reranker,
            'reference'::text AS check_name,
            r.value,
            r.samples,
            ((r.reference_set || ': '::text) || r.message) AS message
           FROM reference r
        UNION ALL
         SELECT c.tenant_id,
            NULL::text AS collection,
            NULL::text AS reranker,
            'counted'::text AS check_name,
            c.hours AS value,
            ((c.hours IS NOT NULL))::integer AS samples,
            NULL::text AS message
           FROM counting c
        ), judged AS (
         SELECT f.tenant_id,
            f.collection,
            f.reranker,
            f.check_name,
            f.value,
            (r.warn_at)::double precision AS warn_at,
            (r.alert_at)::double precision AS alert_at,
            r.fewest,
            r.counted,
            (COALESCE(f.samples, (0)::numeric))::bigint AS samples,
            COALESCE(f.message, r.advice) AS advice,
                CASE
                    WHEN ((f.value IS NULL) OR (COALESCE(f.samples, (0)::numeric) < (r.fewest)::numeric)) THEN 'unknown'::text
                    WHEN ((r.alert_at < r.warn_at) AND (f.value < (r.alert_at)::double precision)) THEN 'alert'::text
                    WHEN ((r.alert_at < r.warn_at) AND (f.value < (r.warn_at)::double precision)) THEN 'warn'::text
                    WHEN (r.alert_at < r.warn_at) THEN 'ok'::text
                    WHEN (f.value >= (r.alert_at)::double precision) THEN 'alert'::text
                    WHEN (f.value >= (r.warn_at)::double precision) THEN 'warn'::text
                    ELSE 'ok'::text
                END AS state
           FROM (finding f
             JOIN rule r ON ((f.check_name = r.check_name)))
        )
 SELECT t.name AS tenant,
    j.collection,
    j.check_name,
    j.state,
    j.value,
    j.warn_at,
    j.alert_at,
    j.samples,
    j.reranker,
        CASE
            WHEN ((j.state = 'unknown'::text) AND (j.check_name = 'counted'::text)) THEN 'Nothing is counted yet, so the other checks have nothing to go by. `pgrerank worker` counts every hour, `pgrerank drift` counts now.'::text
            WHEN (j.state = 'unknown'::text) THEN format('Too little to tell: it needs %s %s.'::text, j.fewest, j.counted)
            WHEN ((j.state = 'ok'::text) AND (j.check_name <> 'reference'::text)) THEN 'Nothing to do.'::text
            ELSE j.advice
        END AS advice
   FROM (judged j
     JOIN pgrerank.tenant t ON ((j.tenant_id = t.id)));

ALTER VIEW pgrerank_analytics.health OWNER TO pgrerank_owner;

--
-- Name: VIEW health; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.health IS 'One row for each check of each collection that was searched in the last seven days, and of each reference set: what was found, where it warns, and what to do.';

--
-- Name: COLUMN health.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.health.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN health.collection; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.health.collection IS 'Name of the collection; null: the checks reference and counted.';

--
-- Name: COLUMN health.check_name; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.health.check_name IS 'score_psi, score_ks, truncated, agreement, not_reranked, lift, lift_proxy, calibration, reference or counted.';

--
-- Name: COLUMN health.state; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.health.state IS 'ok, warn, alert, or unknown where there is too little to tell.';

--
-- Name: COLUMN health.value; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.health.value IS 'What was found, in the unit of the check; null: nothing.';

--
-- Name: COLUMN health.warn_at; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.health.warn_at IS 'From this value on the state is warn; below it where alert_at is smaller.';

--
-- Name: COLUMN health.alert_at; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.health.alert_at IS 'From this value on the state is alert; below it where it is smaller than warn_at.';

--
-- Name: COLUMN health.samples; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.health.samples IS 'Searches, pairs, queries or runs that the value rests on.';

--
-- Name: COLUMN health.reranker; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.health.reranker IS 'Name of the reranker used last in the collection; null: none, or no collection.';

--
-- Name: COLUMN health.advice; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.health.advice IS 'What to do, in a sentence.';

--
-- Name: health_summary_v1(boolean); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.health_summary_v1(by_tenant boolean) RETURNS TABLE(check_name text, state text, tenant text, collections bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT h.check_name,
     h.state,
         CASE
             WHEN health_summary_v1.by_tenant THEN h.tenant
             ELSE ''::text
         END AS tenant,
     count(*) AS collections
    FROM pgrerank_analytics.health h
   GROUP BY h.check_name, h.state,
         CASE
             WHEN health_summary_v1.by_tenant THEN h.tenant
             ELSE ''::text
         END
   ORDER BY h.check_name, h.state,
         CASE
             WHEN health_summary_v1.by_tenant THEN h.tenant
             ELSE ''::text
         END;
END;

ALTER FUNCTION pgrerank.health_summary_v1(by_tenant boolean) OWNER TO pgrerank_owner;

--
-- Name: hybrid_candidates_v1(uuid, uuid, public.vector, text, public.sparsevec, integer, bigint, integer, jsonpath, double precision, boolean, double precision, double precision, double precision, text, integer, double precision, double precision, double precision, integer, uuid, integer); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.hybrid_candidates_v1(collection_id uuid, model_id uuid, embedding public.vector, query text, weights public.sparsevec, candidates integer, chunk_count bigint, texts integer, filter jsonpath, min_similarity double precision, is_tiered boolean, k1 double precision, b double precision, title_boost double precision, fusion text, rrf_k integer, dense_weight double precision, keyword_weight double precision, sparse_weight double precision, tokens integer, token_model_id uuid, embeddings integer) RETURNS TABLE(dense_requested integer, dense_returned integer, dense_scan text, below_similarity integer, keyword_returned integer, keyword_scan text, sparse_returned integer, sparse_scan text, chunk_id uuid, document_id uuid, external_id text, title text, uri text, metadata jsonb, ordinal integer, content text, content_hash bytea, dense_rank integer, dense_score double precision, keyword_rank integer, keyword_score double precision, sparse_rank integer, sparse_score double precision, fused_rank integer, fused_score double precision, token_vectors bytea, chunk_embedding public.vector)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    SET enable_seqscan TO 'off'
    AS $$
declare
    tenant constant uuid := pgrerank.current_tenant_v1();
    requested constant integer := case
        when is_tiered then greatest(least(10 * candidates, 1000), candidates) else candidates
    end;
    dense record;
    keyword record;
    sparse record;
begin
    if
        not coalesce(
            candidates between 1 and 1000
            and texts between 0 and 3000
            and rrf_k between 0 and 10000
            and (query is null or length(query) <= 100000),
            false
        )
    then
        raise exception using
            errcode = 'PR001',
            message = format(
                'candidates must be from 1 to 1000, texts from 0 to 3000, rrf_k from 0 to 10000, '
                'a query at most 100000 characters long; not %s, %s, %s, %s',
                candidates, texts, rrf_k, length(query)
            );
    end if;
    select l.*, cardinality(l.chunk_ids) as returned
    into dense
    from pgrerank.dense_leg_v1(
        collection_id, model_id, embedding, requested, chunk_count, filter, min_similarity
    ) as l
    where embedding is not null;
    select l.*, cardinality(l.chunk_ids) as returned
    into keyword
    from pgrerank.keyword_leg_v1(
        collection_id, query, requested, filter, k1, b, title_boost,
        case when is_tiered then coalesce(dense.chunk_ids, '{}') end
    ) as l
    where query is not null;
    select l.*, cardinality(l.chunk_ids) as returned
    into sparse
    from pgrerank.sparse_leg_v1(collection_id, weights, candidates, filter) as l
    where weights is not null;
    return query
    select
        requested,
        dense.returned,
        dense.scan,
        dense.below_similarity,
        keyword.returned,
        keyword.scan,
        sparse.returned,
        sparse.scan,
        f.chunk_id,
        c.document_id,
        d.external_id,
        d.title,
        d.uri,
        d.metadata,
        c.ordinal,
        case when f.fused_rank <= texts then c.content end,
        c.content_hash,
        f.dense_rank,
        f.dense_score,
        f.keyword_rank,
        f.keyword_score,
        f.sparse_rank,
        f.sparse_score,
        f.fused_rank,
        f.fused_score,
        case
            when f.fused_rank <= tokens
                then (
                    select t.vectors
                    from pgrerank.chunk_tokens as t
                    where
                        t.tenant_id = tenant
                        and t.chunk_id = f.chunk_id
                        and t.model_id = token_model_id
                )
        end,
        case
            when f.fused_rank <= embeddings
                then (
                    select coalesce(e.embedding, e.half::public.vector)
                    from pgrerank.chunk_embedding as e
                    where
                        e.tenant_id = tenant
                        and e.collection_id = hybrid_candidates_v1.collection_id
                        and e.model_id = hybrid_candidates_v1.model_id
                        and e.chunk_id = f.chunk_id
                )
        end
    from (
        select o.id
        from pgrerank.collection as o
        where o.tenant_id = tenant and o.id = hybrid_candidates_v1.collection_id
    ) as here
    left join pgrerank.fuse_v1(
        dense.chunk_ids, dense.scores, keyword.chunk_ids, keyword.scores,
        sparse.chunk_ids, sparse.scores,
        fusion, rrf_k, dense_weight, keyword_weight, sparse_weight
    ) as f on not is_tiered or f.fused_rank <= candidates
    left join lateral (
        select
            k.document_id,
            k.ordinal,
            k.content,
            k.content_hash
        from pgrerank.chunk as k
        where k.tenant_id = tenant and k.id = f.chunk_id
        offset 0
    ) as c on true
    left join lateral (
        select
            p.external_id,
            p.title,
            p.uri,
            p.metadata
        from pgrerank.document as p
        where p.tenant_id = tenant and p.id = c.document_id
        offset 0
    ) as d on true
    order by f.fused_rank;
end
$$;

ALTER FUNCTION pgrerank.hybrid_candidates_v1(collection_id uuid, model_id uuid, embedding public.vector, query text, weights public.sparsevec, candidates integer, chunk_count bigint, texts integer, filter jsonpath, min_similarity double precision, is_tiered boolean, k1 double precision, b double precision, title_boost double precision, fusion text, rrf_k integer, dense_weight double precision, keyword_weight double precision, sparse_weight double precision, tokens integer, token_model_id uuid, embeddings integer) OWNER TO pgrerank_owner;

--
-- Name: judgment; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.judgment (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    collection_id uuid NOT NULL,
    query text NOT NULL,
    query_hash bytea NOT NULL,
    external_id text NOT NULL,
    chunk_id uuid,
    grade smallint NOT NULL,
    source text NOT NULL,
    judged_by text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ck_judgment_grade CHECK (((grade >= 0) AND (grade <= 3)))
);

ALTER TABLE pgrerank.judgment OWNER TO pgrerank_owner;

--
-- Name: TABLE judgment; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.judgment IS 'One row for each time somebody graded a document or chunk for a query. A document is named as its owner names it, so that a judgment outlives the re-ingest of its document. The view judgment shows it.';

--
-- Name: COLUMN judgment.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.judgment.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN judgment.id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.judgment.id IS 'Id of the judgment; ids rise with time.';

--
-- Name: COLUMN judgment.collection_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.judgment.collection_id IS 'Id of the collection.';

--
-- Name: COLUMN judgment.query; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.judgment.query IS 'Text of the query that was judged.';

--
-- Name: COLUMN judgment.query_hash; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.judgment.query_hash IS 'SHA-256 of the query, since a query may be longer than an index row can hold.';

--
-- Name: COLUMN judgment.external_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.judgment.external_id IS 'Id of the document as its owner names it.';

--
-- Name: COLUMN judgment.chunk_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.judgment.chunk_id IS 'Id of the chunk that was judged; null: the document as a whole was.';

--
-- Name: COLUMN judgment.grade; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.judgment.grade IS '0 (not relevant) to 3 (the best there is); 1 or more counts as relevant.';

--
-- Name: COLUMN judgment.source; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.judgment.source IS 'How it came: human, llm (a language model), import, click, used, thumbs and the like.';

--
-- Name: COLUMN judgment.judged_by; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.judgment.judged_by IS 'Who judged; null: not known.';

--
-- Name: COLUMN judgment.created_at; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.judgment.created_at IS 'When it was stored.';

--
-- Name: judgment_grades_v1(); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.judgment_grades_v1() RETURNS TABLE(tenant_id uuid, collection_id uuid, query text, external_id text, chunk_id uuid, grade smallint, judgments bigint)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT g.tenant_id,
     g.collection_id,
     g.query,
     g.external_id,
     g.chunk_id,
     min(g.grade) AS grade,
     count(*) AS judgments
    FROM pgrerank.judgment g
   WHERE ((g.source <> ALL (ARRAY['click'::text, 'used'::text, 'thumbs'::text, 'llm'::text])) AND ((g.judged_by IS NULL) OR (NOT (EXISTS ( SELECT 1
            FROM pgrerank.judgment n
           WHERE ((n.tenant_id = g.tenant_id) AND (n.collection_id = g.collection_id) AND (n.query_hash = g.query_hash) AND (n.external_id = g.external_id) AND (NOT (n.chunk_id IS DISTINCT FROM g.chunk_id)) AND (n.source = g.source) AND (n.judged_by = g.judged_by) AND (n.id > g.id)))))))
   GROUP BY g.tenant_id, g.collection_id, g.query, g.external_id, g.chunk_id
  HAVING ((min(g.grade) >= 1) = (max(g.grade) >= 1));
END;

ALTER FUNCTION pgrerank.judgment_grades_v1() OWNER TO pgrerank_owner;

--
-- Name: FUNCTION judgment_grades_v1(); Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank.judgment_grades_v1() IS 'Judged queries with their documents or chunks, conflicts resolved; the view judgment_grade shows it with names.';

--
-- Name: keyword_leg_v1(uuid, text, integer, jsonpath, double precision, double precision, double precision, uuid[]); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.keyword_leg_v1(collection_id uuid, query text, candidates integer, filter jsonpath DEFAULT NULL::jsonpath, k1 double precision DEFAULT 0.9, b double precision DEFAULT 0.4, title_boost double precision DEFAULT 1, among uuid[] DEFAULT NULL::uuid[], OUT chunk_ids uuid[], OUT scores double precision[], OUT scan text) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    tenant constant uuid := pgrerank.current_tenant_v1();
    configuration regconfig;
    restriction tsquery;
    chunk_count bigint;
    average_length double precision;
    lexemes text[];
    are_prefixes boolean[];
    frequencies integer[];
    counts bigint[];
    ceilings double precision[];
    unknown integer;
    known integer;
    -- what the words behind the sixth known one could add
    beyond double precision;
    guess double precision;
    attempt integer := 0;
    unquoted constant text := regexp_replace(query, '(?<!-)"([^"]+)"', ' \1 ', 'g');
begin
    chunk_ids := '{}';
    scores := '{}';
    scan := 'no terms';
    select c.text_search, s.chunks, s.lexemes / nullif(s.chunks, 0)
    into configuration, chunk_count, average_length
    from pgrerank.collection as c
    cross join lateral (
        select sum(z.chunks) as chunks, sum(z.lexemes)::float8 as lexemes
        from pgrerank.collection_size as z
        where z.tenant_id = tenant and z.collection_id = keyword_leg_v1.collection_id
    ) as s
    where c.tenant_id = tenant and c.id = keyword_leg_v1.collection_id;
    select
        array_agg(t.lexeme),
        array_agg(t.is_prefix),
        array_agg(t.frequency),
        array_agg(t.known),
        array_agg(
            t.frequency * ln(1 + (greatest(chunk_count - t.known, 0) + 0.5) / (t.known + 0.5))
        ),
        count(*) filter (where t.known is null)
    into lexemes, are_prefixes, frequencies, counts, ceilings, unknown
    from (
        select q.*, n.known
        from pgrerank.query_terms_v1(configuration, query) as q
        left join lateral (
            select sum(s.chunks[p.place]) as known
            from pgrerank.collection_word as w
            cross join lateral array_position(w.lexemes, q.lexeme) as p (place)
            inner join pgrerank.collection_word as s
                on w.tenant_id = s.tenant_id and w.collection_id = s.collection_id
            where
                w.tenant_id = tenant
                and w.collection_id = keyword_leg_v1.collection_id
                and w.shard = -1
                and w.chunks[p.place] is not null
                and not q.is_prefix
        ) as n on true
        order by n.known asc nulls first, q.lexeme asc
    ) as t;
    if lexemes is null then
        return;
    end if;
    scan := 'gin';
    if average_length is null then
        return;
    end if;
    restriction := pgrerank.query_restriction_v1(configuration, query);
    if among is not null then
        counts := pgrerank.lexeme_counts_v1(tenant, collection_id, lexemes, are_prefixes, counts);
    end if;
    known := least(cardinality(lexemes), unknown + 6);
    beyond := coalesce((select sum(u.ceiling) from unnest(ceilings[known + 1:]) as u (ceiling)), 0);
    guess := case
        when among is not null then 0
        when unknown > 0 then 'infinity'
        else (select sum(u.ceiling) / 2 from unnest(ceilings) as u (ceiling))
    end;
    loop
        attempt := attempt + 1;
        select f.chunk_ids, f.scores
        into chunk_ids, scores
        from pgrerank.bm25_v1(
            tenant, collection_id, lexemes, are_prefixes, frequencies, counts,
            case
                when guess <= beyond then pgrerank.any_of_v1(lexemes, are_prefixes)
                else concat_ws(
                    ' | ',
                    pgrerank.any_of_v1(lexemes[:unknown], are_prefixes[:unknown])::text,
                    pgrerank.worth_finding_v1(
                        lexemes[unknown + 1:known], ceilings[unknown + 1:known], guess - beyond
                    )::text
                )::tsquery
            end,
            among, restriction, filter, candidates, chunk_count, average_length, k1, b, title_boost,
            configuration
        ) as f;
        exit when
            guess <= beyond or guess <= coalesce(scores[candidates], 0)
            or unknown = cardinality(lexemes);
        guess := case
            when scores[candidates] is not null then scores[candidates]
            when attempt = 1 and unknown = 0 then guess / 2
            else 0
        end;
    end loop;
    if
        chunk_ids = '{}' and unquoted <> query
        and exists (
            select from pgrerank.query_terms_v1(
                configuration, regexp_replace(query, '-?"[^"]+"', ' ', 'g')
            )
        )
    then
        select l.chunk_ids, l.scores, 'gin, phrases relaxed'
        into chunk_ids, scores, scan
        from pgrerank.keyword_leg_v1(
            collection_id, unquoted, candidates, filter, k1, b, title_boost, among
        ) as l;
    end if;
end
$$;

ALTER FUNCTION pgrerank.keyword_leg_v1(collection_id uuid, query text, candidates integer, filter jsonpath, k1 double precision, b double precision, title_boost double precision, among uuid[], OUT chunk_ids uuid[], OUT scores double precision[], OUT scan text) OWNER TO pgrerank_owner;

--
-- Name: leg_positions_v1(uuid, uuid, public.vector, text, public.sparsevec, jsonpath, double precision, double precision, double precision); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.leg_positions_v1(collection_id uuid, model_id uuid, embedding public.vector, query text, weights public.sparsevec, filter jsonpath, k1 double precision, b double precision, title_boost double precision) RETURNS TABLE(chunk_id uuid, dense_rank integer, dense_score double precision, keyword_rank integer, keyword_score double precision, sparse_rank integer, sparse_score double precision)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET jit TO 'off'
    AS $$
declare
    everything constant integer := 2147483647;
    dense record;
    keyword record;
    sparse record;
begin
    select l.chunk_ids, l.scores
    into dense
    from pgrerank.dense_leg_v1(
        collection_id, model_id, embedding, everything, null, filter
    ) as l
    where embedding is not null;
    select l.chunk_ids, l.scores
    into keyword
    from pgrerank.keyword_leg_v1(
        collection_id, query, everything, filter, k1, b, title_boost
    ) as l
    where query is not null;
    select l.chunk_ids, l.scores
    into sparse
    from pgrerank.sparse_leg_v1(collection_id, weights, everything, filter) as l
    where weights is not null;
    return query
    select
        f.chunk_id,
        f.dense_rank,
        f.dense_score,
        f.keyword_rank,
        f.keyword_score,
        f.sparse_rank,
        f.sparse_score
    from pgrerank.fuse_v1(
        dense.chunk_ids, dense.scores, keyword.chunk_ids, keyword.scores,
        sparse.chunk_ids, sparse.scores
    ) as f;
end
$$;

ALTER FUNCTION pgrerank.leg_positions_v1(collection_id uuid, model_id uuid, embedding public.vector, query text, weights public.sparsevec, filter jsonpath, k1 double precision, b double precision, title_boost double precision) OWNER TO pgrerank_owner;

--
-- Name: lexeme_counts_v1(uuid, uuid, text[], boolean[], bigint[]); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.lexeme_counts_v1(tenant_id uuid, collection_id uuid, lexemes text[], are_prefixes boolean[], counts bigint[]) RETURNS bigint[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    SET max_parallel_workers_per_gather TO '0'
    SET enable_seqscan TO 'off'
    SET enable_indexscan TO 'off'
    SET cpu_operator_cost TO '0.02'
    AS $$
declare
    counted bigint;
begin
    for i in 1 .. cardinality(lexemes) loop
        if counts[i] is null then
            select count(*)
            into counted
            from pgrerank.chunk as c
            where
                c.tenant_id = lexeme_counts_v1.tenant_id
                and c.collection_id = lexeme_counts_v1.collection_id
                and c.tsv @@ pgrerank.any_of_v1(array[lexemes[i]], array[are_prefixes[i]]);
            counts[i] := counted;
        end if;
    end loop;
    return counts;
end
$$;

ALTER FUNCTION pgrerank.lexeme_counts_v1(tenant_id uuid, collection_id uuid, lexemes text[], are_prefixes boolean[], counts bigint[]) OWNER TO pgrerank_owner;

--
-- Name: lexeme_index_v1(text); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.lexeme_index_v1(lexeme text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT (((('x'::text || "left"(md5(lexeme), 7)))::bit(28))::integer + 1);
END;

ALTER FUNCTION pgrerank.lexeme_index_v1(lexeme text) OWNER TO pgrerank_owner;

--
-- Name: nearest_indexed_v1(uuid, uuid, uuid, public.vector, integer, jsonpath, integer, integer); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.nearest_indexed_v1(tenant_id uuid, collection_id uuid, model_id uuid, embedding public.vector, candidates integer, filter jsonpath, width integer, reach integer, OUT chunk_ids uuid[], OUT scores double precision[]) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET jit TO 'off'
    SET enable_sort TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_nestloop TO 'on'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $_$
declare
    dimensions constant integer := public.vector_dims(embedding);
    stored constant text := case when dimensions > 2000 then 'half' else 'embedding' end;
begin
    perform
        set_config('hnsw.iterative_scan', 'relaxed_order', true),
        set_config('hnsw.max_scan_tuples', '2147483647', true),
        set_config('hnsw.scan_mem_multiplier', '32', true),
        set_config('hnsw.ef_search', width::text, true);
    execute format(
        $statement$
            select
                array_agg(n.chunk_id order by n.distance asc, n.chunk_id asc),
                array_agg(1 - n.distance order by n.distance asc, n.chunk_id asc)
            from (
                select
                    v.chunk_id,
                    v.stored operator(public.<=>) $1::public.%6$s as distance
                from (
                    select
                        e.chunk_id,
                        e.document_id,
                        e.%5$I as stored
                    from pgrerank.chunk_embedding as e
                    where
                        e.tenant_id = %1$L::uuid
                        and e.collection_id = %2$L::uuid
                        and e.model_id = %3$L::uuid
                    order by
                        e.%5$I::public.halfvec(%4$s)
                        operator(public.<=>) $1::public.halfvec(%4$s)
                    limit $4
                ) as v
                where $3 is null or exists (
                    select from pgrerank.document as d
                    where
                        d.tenant_id = %1$L::uuid
                        and d.id = v.document_id
                        and jsonb_path_match_opr(d.metadata, $3)
                )
                limit $2
            ) as n
            where n.distance <> 'NaN'
        $statement$,
        tenant_id,
        collection_id,
        model_id,
        dimensions,
        stored,
        case when dimensions > 2000 then 'halfvec' else 'vector' end
    ) into chunk_ids, scores using embedding, candidates, filter, reach;
end
$_$;

ALTER FUNCTION pgrerank.nearest_indexed_v1(tenant_id uuid, collection_id uuid, model_id uuid, embedding public.vector, candidates integer, filter jsonpath, width integer, reach integer, OUT chunk_ids uuid[], OUT scores double precision[]) OWNER TO pgrerank_owner;

--
-- Name: nearest_of_documents_v1(uuid, uuid, uuid, public.vector, integer, jsonpath); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.nearest_of_documents_v1(tenant_id uuid, collection_id uuid, model_id uuid, embedding public.vector, candidates integer, filter jsonpath, OUT chunk_ids uuid[], OUT scores double precision[]) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET jit TO 'off'
    SET max_parallel_workers_per_gather TO '0'
    SET enable_seqscan TO 'off'
    SET enable_nestloop TO 'on'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    AS $$
declare
    probe constant public.halfvec := case
        when public.vector_dims(embedding) > 2000 then embedding::public.halfvec
    end;
begin
    select
        array_agg(n.chunk_id order by n.distance asc, n.chunk_id asc),
        array_agg(1 - n.distance order by n.distance asc, n.chunk_id asc)
    into chunk_ids, scores
    from (
        select
            e.chunk_id,
            case
                when e.half is null
                    then e.embedding operator(public.<=>) nearest_of_documents_v1.embedding
                else e.half operator(public.<=>) probe
            end as distance
        from (
            select d.id
            from pgrerank.document as d
            where
                d.tenant_id = nearest_of_documents_v1.tenant_id
                and d.collection_id = nearest_of_documents_v1.collection_id
                and jsonb_path_match_opr(d.metadata, filter)
            offset 0
        ) as u
        cross join lateral (
            select c.id
            from pgrerank.chunk as c
            where c.tenant_id = nearest_of_documents_v1.tenant_id and c.document_id = u.id
            offset 0
        ) as c
        cross join lateral (
            select
                v.chunk_id,
                v.embedding,
                v.half
            from pgrerank.chunk_embedding as v
            where
                v.tenant_id = nearest_of_documents_v1.tenant_id
                and v.collection_id = nearest_of_documents_v1.collection_id
                and v.model_id = nearest_of_documents_v1.model_id
                and v.chunk_id = c.id
            offset 0
        ) as e
        order by distance asc, e.chunk_id asc
        limit candidates
    ) as n
    where n.distance <> 'NaN';
end
$$;

ALTER FUNCTION pgrerank.nearest_of_documents_v1(tenant_id uuid, collection_id uuid, model_id uuid, embedding public.vector, candidates integer, filter jsonpath, OUT chunk_ids uuid[], OUT scores double precision[]) OWNER TO pgrerank_owner;

--
-- Name: nearest_of_large_v1(uuid, uuid, uuid, public.vector, integer, bigint, jsonpath); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.nearest_of_large_v1(tenant_id uuid, collection_id uuid, model_id uuid, embedding public.vector, candidates integer, chunk_count bigint, filter jsonpath, OUT chunk_ids uuid[], OUT scores double precision[], OUT scan text) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    AS $$
declare
    most constant integer := 1000;
    growth constant double precision := greatest(0, log(chunk_count / 50000.0));
    depth constant double precision := 1.5 * (1 + growth);
    wanted integer := candidates;
    width integer := least(most, greatest(200, ceil((4 + growth) * candidates)));
    reach integer := candidates;
    share double precision;
    needed double precision;
begin
    if not exists (
        select from pg_catalog.pg_index as i
        where
            i.indexrelid = to_regclass(
                'pgrerank.' || pgrerank.embedding_index_v1(collection_id, model_id)
            )
            and i.indisvalid
    ) then
        return;
    end if;
    if filter is not null then
        select coalesce(avg(s.passes::integer), 0)
        into share
        from (
            (
                select coalesce(jsonb_path_match_opr(d.metadata, filter), false) as passes
                from pgrerank.document as d
                where
                    d.tenant_id = nearest_of_large_v1.tenant_id
                    and d.collection_id = nearest_of_large_v1.collection_id
                order by d.external_id asc
                limit 500
            )
            union all
            (
                select coalesce(jsonb_path_match_opr(d.metadata, filter), false) as passes
                from pgrerank.document as d
                where
                    d.tenant_id = nearest_of_large_v1.tenant_id
                    and d.collection_id = nearest_of_large_v1.collection_id
                order by d.external_id desc
                limit 500
            )
        ) as s;
        needed := depth * candidates / nullif(share, 0);
        if (depth + 0.5) * candidates / nullif(share, 0) <= most then
            width := least(most, greatest(width, ceil((depth + 1) * candidates / share)));
        elsif needed <= greatest(most, least(chunk_count / 30, 5000)) then
            width := least(
                most, greatest(6 * candidates, 200, ceil(needed / greatest(2, ceil(needed / most))))
            );
            wanted := ceil(greatest((depth - 0.45) * candidates, 1.1 * width * share));
        else
            if share <= 0.125 then
                select
                    coalesce(n.chunk_ids, '{}'),
                    coalesce(n.scores, '{}'),
                    'exact'
                into chunk_ids, scores, scan
                from pgrerank.nearest_of_documents_v1(
                    tenant_id, collection_id, model_id, embedding, candidates, filter
                ) as n;
            end if;
            return;
        end if;
        reach := greatest(width, ceil(2 * needed));
    end if;
    select
        n.chunk_ids[:candidates],
        n.scores[:candidates],
        'hnsw'
    into chunk_ids, scores, scan
    from pgrerank.nearest_indexed_v1(
        tenant_id, collection_id, model_id, embedding, wanted, filter, width, reach
    ) as n
    where cardinality(n.chunk_ids) >= wanted;
end
$$;

ALTER FUNCTION pgrerank.nearest_of_large_v1(tenant_id uuid, collection_id uuid, model_id uuid, embedding public.vector, candidates integer, chunk_count bigint, filter jsonpath, OUT chunk_ids uuid[], OUT scores double precision[], OUT scan text) OWNER TO pgrerank_owner;

--
-- Name: prefix_frequency_v1(tsvector, text); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.prefix_frequency_v1(lexemes tsvector, prefix text) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT (COALESCE(sum(cardinality(l.positions)), (0)::bigint))::integer AS "coalesce"
    FROM unnest(prefix_frequency_v1.lexemes) l(lexeme, positions, weights)
   WHERE starts_with(l.lexeme, prefix_frequency_v1.prefix);
END;

ALTER FUNCTION pgrerank.prefix_frequency_v1(lexemes tsvector, prefix text) OWNER TO pgrerank_owner;

--
-- Name: query_words_v1(text); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.query_words_v1(query text) RETURNS text
    LANGUAGE sql IMMUTABLE
    BEGIN ATOMIC
 SELECT regexp_replace(query, '(?<!\S)-("[^"]+"|[[:alpha:]]\S*)'::text, ' '::text, 'g'::text) AS regexp_replace;
END;

ALTER FUNCTION pgrerank.query_words_v1(query text) OWNER TO pgrerank_owner;

--
-- Name: text_words_v1(text, boolean); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.text_words_v1(content text, is_query boolean) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 WITH spaced AS (
          SELECT
                 CASE
                     WHEN ((octet_length(text_words_v1.content) <> length(text_words_v1.content)) AND (text_words_v1.content ~ (('['::text || pgrerank.unspaced_letters_v1(false)) || ']'::text))) THEN pgrerank.character_pairs_v1("left"(text_words_v1.content, 25000), text_words_v1.is_query)
                     ELSE text_words_v1.content
                 END AS words
         )
  SELECT
         CASE
             WHEN (s.words ~ '[[:alnum:]_]\.[[:alnum:]_]'::text) THEN regexp_replace(s.words, '([[:alnum:]_]{2})\.([[:alpha:]_])|([[:alpha:]_])\.([[:alnum:]_]{2})'::text, '\1\3 \2\4'::text, 'g'::text)
             ELSE s.words
         END AS words
    FROM spaced s;
END;

ALTER FUNCTION pgrerank.text_words_v1(content text, is_query boolean) OWNER TO pgrerank_owner;

--
-- Name: query_restriction_v1(regconfig, text); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.query_restriction_v1(configuration regconfig, query text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE
    BEGIN ATOMIC
 WITH phrase AS (
          SELECT phraseto_tsquery(query_restriction_v1.configuration, pgrerank.text_words_v1(p.found[1], false)) AS demand
            FROM regexp_matches(pgrerank.query_words_v1(query_restriction_v1.query), '(?<![[:alnum:]])"([^"]+)"(?![[:alnum:]])'::text, 'g'::text) WITH ORDINALITY p(found, place)
           ORDER BY p.place
          LIMIT 32
         ), exclusion AS (
          SELECT phraseto_tsquery(query_restriction_v1.configuration, pgrerank.text_words_v1(e.found[1], false)) AS demand
            FROM regexp_matches(query_restriction_v1.query, '(?<!\S)-("[^"]+"|[[:alpha:]]\S*)'::text, 'g'::text) WITH ORDINALITY e(found, place)
           ORDER BY e.place
          LIMIT 32
         ), demand AS (
          SELECT (('('::text || (p.demand)::text) || ')'::text) AS clause
            FROM phrase p
           WHERE (numnode(p.demand) > 0)
         UNION ALL
          SELECT (('!('::text || (e.demand)::text) || ')'::text) AS clause
            FROM exclusion e
           WHERE (numnode(e.demand) > 0)
         )
  SELECT (regexp_replace(string_agg(d.clause, ' & '::text), ((((('''(['::text || pgrerank.unspaced_letters_v1(false)) || ']'::text) || '['::text) || pgrerank.unspaced_letters_v1(true)) || ']*)'''::text), '''\1'':*'::text, 'g'::text))::tsquery AS regexp_replace
    FROM demand d;
END;

ALTER FUNCTION pgrerank.query_restriction_v1(configuration regconfig, query text) OWNER TO pgrerank_owner;

--
-- Name: query_terms_v1(regconfig, text); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.query_terms_v1(configuration regconfig, query text) RETURNS TABLE(lexeme text, frequency integer, is_prefix boolean)
    LANGUAGE sql IMMUTABLE
    BEGIN ATOMIC
 WITH said AS (
          SELECT
                 CASE
                     WHEN (octet_length(query_terms_v1.query) = length(query_terms_v1.query)) THEN pgrerank.query_words_v1(query_terms_v1.query)
                     ELSE regexp_replace(pgrerank.query_words_v1(query_terms_v1.query), (('(['::text || pgrerank.unspaced_letters_v1(false)) || ']\S*)\*'::text), '\1'::text, 'g'::text)
                 END AS words
         ), prefix AS (
          SELECT lower(p.found[1]) AS word
            FROM (said s
              CROSS JOIN LATERAL regexp_matches(s.words, '(?<!\S)([[:alnum:]]{2,255})\*(?!\S)'::text, 'g'::text) WITH ORDINALITY p(found, place))
           ORDER BY p.place
          LIMIT 8
         ), starred AS (
          SELECT count(*) AS number
            FROM prefix
         ), word AS (
          SELECT l.lexeme,
             cardinality(l.positions) AS frequency,
             l.positions[1] AS place,
             ((octet_length(l.lexeme) > length(l.lexeme)) AND (l.lexeme ~ ((((('^['::text || pgrerank.unspaced_letters_v1(false)) || ']'::text) || '['::text) || pgrerank.unspaced_letters_v1(true)) || ']*$'::text))) AS is_single
            FROM (said s
              CROSS JOIN LATERAL unnest(to_tsvector(query_terms_v1.configuration, pgrerank.text_words_v1(regexp_replace(s.words, '(?<!\S)[[:alnum:]]{2,255}\*(?!\S)'::text, ' '::text, 'g'::text), true))) l(lexeme, positions, weights))
         ), term AS (
          SELECT w.lexeme,
             w.frequency,
             (w.is_single AND ((count(*) FILTER (WHERE w.is_single) OVER (ORDER BY w.place) + p.number) <= 8)) AS is_prefix,
             w.place
            FROM (word w
              CROSS JOIN starred p)
         UNION ALL
          SELECT DISTINCT COALESCE((tsvector_to_array(to_tsvector(query_terms_v1.configuration, p.word)))[1], p.word) AS lexeme,
             1 AS frequency,
             true AS is_prefix,
             0 AS place
            FROM prefix p
         )
  SELECT t.lexeme,
     t.frequency,
     t.is_prefix
    FROM term t
   ORDER BY t.place, t.lexeme
  LIMIT 128;
END;

ALTER FUNCTION pgrerank.query_terms_v1(configuration regconfig, query text) OWNER TO pgrerank_owner;

--
-- Name: score_bin_v1(double precision); Type: FUNCTION; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank_analytics.score_bin_v1(score double precision) RETURNS smallint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (score <> 'NaN'::double precision) THEN (GREATEST(('-400'::integer)::double precision, LEAST((400)::double precision, floor(((30)::double precision * asinh(((10)::double precision * score)))))))::smallint ELSE NULL::smallint END;

ALTER FUNCTION pgrerank_analytics.score_bin_v1(score double precision) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION score_bin_v1(score double precision); Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank_analytics.score_bin_v1(score double precision) IS 'Bin of a raw rerank score in the histograms of score_daily, -400 to 400; null for null and NaN. Bins follow the inverse hyperbolic sine: 0.003 wide at 0, 0.3 at 10.';

--
-- Name: score_day_v1(date, boolean); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.score_day_v1(counted_day date, only_uncounted boolean) RETURNS TABLE(tenant_id uuid, day date, collection_id uuid, reranker_id uuid, collection_name text, counted_at timestamp with time zone, searches bigint, partial_searches bigint, skipped_searches bigint, failed_searches bigint, pairs bigint, truncated_pairs bigint, changed_top_1 bigint, changed_top_3 bigint, changed_top_10 bigint, tau_searches bigint, tau_sum double precision, shift_sum double precision, agreement_searches bigint, agreement_sum double precision, score_bins smallint[], score_counts bigint[])
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 WITH search AS (
          SELECT l.tenant_id,
             l.collection_id,
             l.collection_name,
             l.reranker_id,
             l.status,
             l.rerank_scores,
             l.truncated,
             (l.status = ANY (ARRAY['full'::text, 'partial'::text])) AS is_reranked,
             COALESCE((1 < ANY (l.fused_ranks[1:1])), false) AS is_top_1_changed,
             COALESCE((3 < ANY (l.fused_ranks[1:3])), false) AS is_top_3_changed,
             COALESCE((10 < ANY (l.fused_ranks[1:10])), false) AS is_top_10_changed,
                 CASE
                     WHEN ((l.status = ANY (ARRAY['full'::text, 'partial'::text])) AND (l.depth > 1)) THEN ( SELECT ((1)::numeric - ((4.0 * (count(*))::numeric) / ((l.depth * (l.depth - 1)))::numeric))
                        FROM (unnest(l.fused_ranks[1:l.depth]) WITH ORDINALITY x(fused_rank, place)
                          JOIN unnest(l.fused_ranks[1:l.depth]) WITH ORDINALITY y(fused_rank, place) ON ((x.place < y.place)))
                       WHERE (x.fused_rank > y.fused_rank))
                     ELSE NULL::numeric
                 END AS tau,
                 CASE
                     WHEN (l.status = ANY (ARRAY['full'::text, 'partial'::text])) THEN ( SELECT avg(abs((u.fused_rank - u.place))) AS avg
                        FROM unnest(l.fused_ranks[1:LEAST(10, l.depth)]) WITH ORDINALITY u(fused_rank, place))
                     ELSE NULL::numeric
                 END AS shift,
                 CASE
                     WHEN ((l.status = ANY (ARRAY['full'::text, 'partial'::text])) AND (l.dense_returned IS NOT NULL)) THEN ( SELECT avg(((COALESCE((u.dense_rank)::integer, 51) <= 50))::integer) AS avg
                        FROM unnest(l.dense_ranks[1:LEAST(10, l.depth)]) u(dense_rank))
                     ELSE NULL::numeric
                 END AS agreement
            FROM (pgrerank.tenant t
              JOIN pgrerank.rerank_log l ON ((t.id = l.tenant_id)))
           WHERE ((l.created_at >= ((score_day_v1.counted_day)::timestamp without time zone AT TIME ZONE 'UTC'::text)) AND (l.created_at < (((score_day_v1.counted_day + 1))::timestamp without time zone AT TIME ZONE 'UTC'::text)) AND (l.source = 'search'::text) AND ((NOT score_day_v1.only_uncounted) OR (NOT (EXISTS ( SELECT 1
                    FROM pgrerank.score_daily d
                   WHERE ((d.tenant_id = t.id) AND (d.day = score_day_v1.counted_day)))))))
         ), volume AS (
          SELECT s.tenant_id,
             s.collection_id,
             s.reranker_id,
             max(s.collection_name) AS collection_name,
             count(*) AS searches,
             count(*) FILTER (WHERE (s.status = 'partial'::text)) AS partial_searches,
             count(*) FILTER (WHERE (s.status = 'skipped'::text)) AS skipped_searches,
             count(*) FILTER (WHERE (s.status = 'failed'::text)) AS failed_searches,
             count(*) FILTER (WHERE (s.is_reranked AND s.is_top_1_changed)) AS changed_top_1,
             count(*) FILTER (WHERE (s.is_reranked AND s.is_top_3_changed)) AS changed_top_3,
             count(*) FILTER (WHERE (s.is_reranked AND s.is_top_10_changed)) AS changed_top_10,
             count(s.tau) AS tau_searches,
             COALESCE(sum(s.tau), (0)::numeric) AS tau_sum,
             COALESCE(sum(s.shift), (0)::numeric) AS shift_sum,
             count(s.agreement) AS agreement_searches,
             COALESCE(sum(s.agreement), (0)::numeric) AS agreement_sum
            FROM search s
           GROUP BY s.tenant_id, s.collection_id, s.reranker_id
         ), bin AS (
          SELECT s.tenant_id,
             s.collection_id,
             s.reranker_id,
             pgrerank_analytics.score_bin_v1(u.score) AS place,
             count(*) AS pairs,
             count(*) FILTER (WHERE u.is_truncated) AS truncated_pairs
            FROM (search s
              CROSS JOIN LATERAL UNNEST(s.rerank_scores, s.truncated) u(score, is_truncated))
           WHERE (u.score IS NOT NULL)
           GROUP BY s.tenant_id, s.collection_id, s.reranker_id, (pgrerank_analytics.score_bin_v1(u.score))
         ), histogram AS (
          SELECT b.tenant_id,
             b.collection_id,
             b.reranker_id,
             sum(b.pairs) AS pairs,
             sum(b.truncated_pairs) AS truncated_pairs,
             array_agg(b.place ORDER BY b.place) AS score_bins,
             array_agg(b.pairs ORDER BY b.place) AS score_counts
            FROM bin b
           GROUP BY b.tenant_id, b.collection_id, b.reranker_id
         )
  SELECT v.tenant_id,
     score_day_v1.counted_day AS day,
     v.collection_id,
     v.reranker_id,
     v.collection_name,
     now() AS counted_at,
     v.searches,
     v.partial_searches,
     v.skipped_searches,
     v.failed_searches,
     COALESCE(h.pairs, (0)::numeric) AS pairs,
     COALESCE(h.truncated_pairs, (0)::numeric) AS truncated_pairs,
     v.changed_top_1,
     v.changed_top_3,
     v.changed_top_10,
     v.tau_searches,
     v.tau_sum,
     v.shift_sum,
     v.agreement_searches,
     v.agreement_sum,
     COALESCE(h.score_bins, '{}'::smallint[]) AS score_bins,
     COALESCE(h.score_counts, '{}'::bigint[]) AS score_counts
    FROM (volume v
      LEFT JOIN histogram h ON (((v.tenant_id = h.tenant_id) AND (NOT (v.collection_id IS DISTINCT FROM h.collection_id)) AND (NOT (v.reranker_id IS DISTINCT FROM h.reranker_id)))));
END;

ALTER FUNCTION pgrerank.score_day_v1(counted_day date, only_uncounted boolean) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION score_day_v1(counted_day date, only_uncounted boolean); Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank.score_day_v1(counted_day date, only_uncounted boolean) IS 'A day (UTC) of the log in figures, as score_daily has them. counted_day: the day; only_uncounted: leave out tenants of which the day is counted already.';

--
-- Name: search_log_odds_v1(double precision[], double precision, double precision); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.search_log_odds_v1(search_scale double precision[], unscaled double precision, best_score double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (((search_scale)[1] + ((search_scale)[3] * (best_score - (search_scale)[4]))) + ((search_scale)[2] * unscaled));

ALTER FUNCTION pgrerank.search_log_odds_v1(search_scale double precision[], unscaled double precision, best_score double precision) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION search_log_odds_v1(search_scale double precision[], unscaled double precision, best_score double precision); Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank.search_log_odds_v1(search_scale double precision[], unscaled double precision, best_score double precision) IS 'Log-odds of relevance of a candidate by a calibration: search_scale as the view calibration has it, the candidate''s log-odds without base by the model that ships, and the best rerank score of the search.';

--
-- Name: sparse_leg_v1(uuid, public.sparsevec, integer, jsonpath); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.sparse_leg_v1(collection_id uuid, weights public.sparsevec, candidates integer, filter jsonpath DEFAULT NULL::jsonpath, OUT chunk_ids uuid[], OUT scores double precision[], OUT scan text) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    SET jit TO 'off'
    SET max_parallel_workers_per_gather TO '0'
    SET enable_seqscan TO 'off'
    AS $$
declare
    tenant constant uuid := pgrerank.current_tenant_v1();
begin
    select
        coalesce(array_agg(b.chunk_id order by b.score desc, b.chunk_id asc), '{}'),
        coalesce(array_agg(b.score order by b.score desc, b.chunk_id asc), '{}')
    into chunk_ids, scores
    from (
        select w.chunk_id, -(w.weights operator(public.<#>) sparse_leg_v1.weights) as score
        from pgrerank.chunk_weights as w
        where
            w.tenant_id = tenant
            and w.collection_id = sparse_leg_v1.collection_id
            and w.weights operator(public.<#>) sparse_leg_v1.weights < 0
            and (filter is null or exists (
                select from pgrerank.chunk as c
                inner join pgrerank.document as d
                    on c.tenant_id = d.tenant_id and c.document_id = d.id
                where
                    c.tenant_id = tenant and c.id = w.chunk_id and d.metadata @@ filter
            ))
        order by score desc, w.chunk_id asc
        limit candidates
    ) as b;
    scan := case
        when chunk_ids <> '{}' or exists (
            select from pgrerank.chunk_weights as w
            where w.tenant_id = tenant and w.collection_id = sparse_leg_v1.collection_id
        ) then 'exact'
        else 'no weights'
    end;
end
$$;

ALTER FUNCTION pgrerank.sparse_leg_v1(collection_id uuid, weights public.sparsevec, candidates integer, filter jsonpath, OUT chunk_ids uuid[], OUT scores double precision[], OUT scan text) OWNER TO pgrerank_owner;

--
-- Name: sparse_vector_v1(text[], real[]); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.sparse_vector_v1(tokens text[], weights real[]) RETURNS public.sparsevec
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT ((('{'::text || COALESCE(string_agg(((w.dimension || ':'::text) || w.weight), ','::text ORDER BY w.dimension), ''::text)) || '}/268435456'::text))::public.sparsevec AS sparsevec
    FROM ( SELECT pgrerank.lexeme_index_v1(t.token) AS dimension,
             sum(t.weight) AS weight
            FROM UNNEST(sparse_vector_v1.tokens, sparse_vector_v1.weights) t(token, weight)
           GROUP BY (pgrerank.lexeme_index_v1(t.token))
          HAVING (sum(t.weight) <> (0)::double precision)
           ORDER BY (sum(t.weight)) DESC, (pgrerank.lexeme_index_v1(t.token))
          LIMIT 1000) w;
END;

ALTER FUNCTION pgrerank.sparse_vector_v1(tokens text[], weights real[]) OWNER TO pgrerank_owner;

--
-- Name: term_frequencies_v1(tsvector); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.term_frequencies_v1(lexemes tsvector) RETURNS public.sparsevec
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT ((('{'::text || COALESCE(string_agg(((c.dimension || ':'::text) || c.frequency), ','::text), ''::text)) || '}/268435456'::text))::public.sparsevec AS sparsevec
    FROM ( SELECT pgrerank.lexeme_index_v1(l.lexeme) AS dimension,
             sum(cardinality(l.positions)) AS frequency
            FROM unnest(term_frequencies_v1.lexemes) l(lexeme, positions, weights)
           GROUP BY (pgrerank.lexeme_index_v1(l.lexeme))
           ORDER BY (pgrerank.lexeme_index_v1(l.lexeme))
          LIMIT 16000) c;
END;

ALTER FUNCTION pgrerank.term_frequencies_v1(lexemes tsvector) OWNER TO pgrerank_owner;

--
-- Name: text_statistics_v1(tsvector); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.text_statistics_v1(lexemes tsvector) RETURNS TABLE(lexeme_count integer, term_frequencies public.sparsevec)
    LANGUAGE sql IMMUTABLE
    BEGIN ATOMIC
 SELECT (COALESCE(sum(c.frequency), (0)::bigint))::integer AS lexeme_count,
         CASE
             WHEN (count(*) <= 16000) THEN pgrerank.counted_lexemes_v1((('{'::text || COALESCE(string_agg(((c.dimension)::text ||
             CASE c.frequency
                 WHEN 1 THEN ':1'::text
                 ELSE (':'::text || c.frequency)
             END), ','::text), ''::text)) || '}/268435456'::text), text_statistics_v1.lexemes)
             ELSE pgrerank.term_frequencies_v1(text_statistics_v1.lexemes)
         END AS term_frequencies
    FROM ( SELECT ((('0x'::text || "left"(md5(l.lexeme), 7)))::integer + 1) AS dimension,
             cardinality(l.positions) AS frequency
            FROM unnest(text_statistics_v1.lexemes) l(lexeme, positions, weights)
          OFFSET 0
          LIMIT ALL) c;
END;

ALTER FUNCTION pgrerank.text_statistics_v1(lexemes tsvector) OWNER TO pgrerank_owner;

--
-- Name: worth_finding_v1(text[], double precision[], double precision); Type: FUNCTION; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank.worth_finding_v1(lexemes text[], ceilings double precision[], need double precision) RETURNS tsquery
    LANGUAGE sql IMMUTABLE
    BEGIN ATOMIC
 WITH combination AS (
          SELECT string_agg((pgrerank.any_of_v1(ARRAY[l.lexeme], ARRAY[false]))::text, ' & '::text ORDER BY l.place) AS together
            FROM (generate_series(1, ((1 << cardinality(worth_finding_v1.lexemes)) - 1)) s(members)
              CROSS JOIN UNNEST(worth_finding_v1.lexemes, worth_finding_v1.ceilings) WITH ORDINALITY l(lexeme, ceiling, place))
           WHERE ((s.members & (1 << ((l.place)::integer - 1))) <> 0)
           GROUP BY s.members
          HAVING ((sum(l.ceiling) >= worth_finding_v1.need) AND ((sum(l.ceiling) - min(l.ceiling)) < worth_finding_v1.need))
         )
  SELECT (string_agg(c.together, ' | '::text ORDER BY c.together))::tsquery AS string_agg
    FROM combination c;
END;

ALTER FUNCTION pgrerank.worth_finding_v1(lexemes text[], ceilings double precision[], need double precision) OWNER TO pgrerank_owner;

--
-- Name: average_precision_v1(integer[], integer[]); Type: FUNCTION; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank_analytics.average_precision_v1(found integer[], judged integer[]) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 WITH relevant AS (
          SELECT count(*) AS total
            FROM unnest(average_precision_v1.judged) j(grade)
           WHERE (j.grade >= 1)
         ), hit AS (
          SELECT row_number() OVER (ORDER BY f.place) AS occurrence,
             ((row_number() OVER (ORDER BY f.place))::double precision / (f.place)::double precision) AS share
            FROM unnest(average_precision_v1.found) WITH ORDINALITY f(grade, place)
           WHERE (f.grade >= 1)
         )
  SELECT COALESCE((sum(h.share) / (NULLIF(max(r.total), 0))::double precision), (0)::double precision) AS "coalesce"
    FROM (relevant r
      LEFT JOIN hit h ON ((r.total >= h.occurrence)));
END;

ALTER FUNCTION pgrerank_analytics.average_precision_v1(found integer[], judged integer[]) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION average_precision_v1(found integer[], judged integer[]); Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank_analytics.average_precision_v1(found integer[], judged integer[]) IS 'Average precision of an order, 0 to 1; a grade of 1 or more is relevant. found: grades in the order that is measured, the first place first, null for one that nobody judged; judged: all grades of the query.';

--
-- Name: judged_at_k_v1(integer[], integer); Type: FUNCTION; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank_analytics.judged_at_k_v1(found integer[], k integer) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT COALESCE(((count(f.grade))::double precision / (NULLIF(count(*), 0))::double precision), (0)::double precision) AS "coalesce"
    FROM unnest(judged_at_k_v1.found) WITH ORDINALITY f(grade, place)
   WHERE ((f.place)::double precision <= pgrerank.bounded_v1('k'::text, (judged_at_k_v1.k)::double precision, (1)::double precision, (1000000)::double precision));
END;

ALTER FUNCTION pgrerank_analytics.judged_at_k_v1(found integer[], k integer) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION judged_at_k_v1(found integer[], k integer); Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank_analytics.judged_at_k_v1(found integer[], k integer) IS 'Share of the first k that somebody judged, 0 to 1. found: grades in the order that is measured, the first place first, null for one that nobody judged; k: 1 to 1,000,000.';

--
-- Name: kendall_tau_v1(double precision[], double precision[]); Type: FUNCTION; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank_analytics.kendall_tau_v1(first double precision[], second double precision[]) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 WITH item AS MATERIALIZED (
          SELECT u.a,
             u.b,
             u.place
            FROM UNNEST(kendall_tau_v1.first, kendall_tau_v1.second) WITH ORDINALITY u(a, b, place)
           WHERE ((u.a IS NOT NULL) AND (u.b IS NOT NULL) AND (pgrerank.bounded_v1('length of first'::text, (cardinality(kendall_tau_v1.first))::double precision, (0)::double precision, (2000)::double precision) IS NOT NULL))
         ), pair AS (
          SELECT sign((x.a - y.a)) AS a,
             sign((x.b - y.b)) AS b
            FROM (item x
              JOIN item y ON ((x.place < y.place)))
         )
  SELECT (sum((p.a * p.b)) / NULLIF(sqrt((sum((p.a * p.a)) * sum((p.b * p.b)))), (0)::double precision))
    FROM pair p;
END;

ALTER FUNCTION pgrerank_analytics.kendall_tau_v1(first double precision[], second double precision[]) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION kendall_tau_v1(first double precision[], second double precision[]); Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank_analytics.kendall_tau_v1(first double precision[], second double precision[]) IS 'Kendall''s tau-b of two orders of the same things, -1 to 1; null for fewer than two. first, second: ranks of one thing at one place of both arrays, 2,000 at most.';

--
-- Name: ks_v1(double precision[], double precision[]); Type: FUNCTION; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank_analytics.ks_v1(baseline double precision[], recent double precision[]) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 WITH member AS (
          SELECT u.score,
             1 AS before,
             0 AS after
            FROM unnest(ks_v1.baseline) u(score)
           WHERE (u.score IS NOT NULL)
         UNION ALL
          SELECT u.score,
             0 AS before,
             1 AS after
            FROM unnest(ks_v1.recent) u(score)
           WHERE (u.score IS NOT NULL)
         ), joined AS (
          SELECT m.score,
             sum(m.before) AS before,
             sum(m.after) AS after
            FROM member m
           GROUP BY m.score
         )
  SELECT pgrerank_analytics.ks_counts_v1(array_agg(j.before ORDER BY j.score), array_agg(j.after ORDER BY j.score)) AS ks_counts_v1
    FROM joined j;
END;

ALTER FUNCTION pgrerank_analytics.ks_v1(baseline double precision[], recent double precision[]) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION ks_v1(baseline double precision[], recent double precision[]); Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank_analytics.ks_v1(baseline double precision[], recent double precision[]) IS 'Kolmogorov-Smirnov distance of two samples of scores, 0 to 1; null where one is empty. baseline, recent: scores in any order; nulls are left out.';

--
-- Name: mrr_at_k_v1(integer[], integer); Type: FUNCTION; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank_analytics.mrr_at_k_v1(found integer[], k integer) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT COALESCE(max(((1)::double precision / (f.place)::double precision)), (0)::double precision) AS "coalesce"
    FROM unnest(mrr_at_k_v1.found) WITH ORDINALITY f(grade, place)
   WHERE (((f.place)::double precision <= pgrerank.bounded_v1('k'::text, (mrr_at_k_v1.k)::double precision, (1)::double precision, (1000000)::double precision)) AND (f.grade >= 1));
END;

ALTER FUNCTION pgrerank_analytics.mrr_at_k_v1(found integer[], k integer) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION mrr_at_k_v1(found integer[], k integer); Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank_analytics.mrr_at_k_v1(found integer[], k integer) IS 'Reciprocal rank of the first relevant document among the first k, 0 to 1; a grade of 1 or more is relevant. found: grades in the order that is measured, the first place first, null for one that nobody judged; k: 1 to 1,000,000.';

--
-- Name: ndcg_at_k_v1(integer[], integer[], integer); Type: FUNCTION; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank_analytics.ndcg_at_k_v1(found integer[], judged integer[], k integer) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 WITH given AS (
          SELECT j.grade,
             count(*) AS documents
            FROM unnest(ndcg_at_k_v1.judged) j(grade)
           WHERE (j.grade > 0)
           GROUP BY j.grade
         ), placed AS (
          SELECT f.grade,
             f.place,
             row_number() OVER (PARTITION BY f.grade ORDER BY f.place) AS occurrence
            FROM unnest(ndcg_at_k_v1.found) WITH ORDINALITY f(grade, place)
           WHERE (f.grade > 0)
         ), gained AS (
          SELECT COALESCE(sum(((p.grade)::double precision / ln(((p.place)::double precision + (1)::double precision)))), (0)::double precision) AS total
            FROM (placed p
              JOIN given g_1 ON ((p.grade = g_1.grade)))
           WHERE (((p.place)::double precision <= pgrerank.bounded_v1('k'::text, (ndcg_at_k_v1.k)::double precision, (1)::double precision, (1000000)::double precision)) AND (p.occurrence <= g_1.documents))
         ), ideal AS (
          SELECT j.grade,
             row_number() OVER (ORDER BY j.grade DESC) AS place
            FROM unnest(ndcg_at_k_v1.judged) j(grade)
           WHERE (j.grade > 0)
         ), best AS (
          SELECT sum(((i.grade)::double precision / ln(((i.place)::double precision + (1)::double precision)))) AS total
            FROM ideal i
           WHERE ((i.place)::double precision <= pgrerank.bounded_v1('k'::text, (ndcg_at_k_v1.k)::double precision, (1)::double precision, (1000000)::double precision))
         )
  SELECT LEAST(COALESCE((g.total / b.total), (0)::double precision), (1)::double precision) AS "least"
    FROM (gained g
      CROSS JOIN best b);
END;

ALTER FUNCTION pgrerank_analytics.ndcg_at_k_v1(found integer[], judged integer[], k integer) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION ndcg_at_k_v1(found integer[], judged integer[], k integer); Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank_analytics.ndcg_at_k_v1(found integer[], judged integer[], k integer) IS 'nDCG of the first k, 0 to 1; the gain is the grade, the discount log2. found: grades in the order that is measured, the first place first, null for one that nobody judged; judged: all grades of the query; k: 1 to 1,000,000.';

--
-- Name: precision_at_k_v1(integer[], integer); Type: FUNCTION; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank_analytics.precision_at_k_v1(found integer[], k integer) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT ((count(*))::double precision / pgrerank.bounded_v1('k'::text, (precision_at_k_v1.k)::double precision, (1)::double precision, (1000000)::double precision))
    FROM unnest(precision_at_k_v1.found) WITH ORDINALITY f(grade, place)
   WHERE ((f.place <= precision_at_k_v1.k) AND (f.grade >= 1));
END;

ALTER FUNCTION pgrerank_analytics.precision_at_k_v1(found integer[], k integer) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION precision_at_k_v1(found integer[], k integer); Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank_analytics.precision_at_k_v1(found integer[], k integer) IS 'Share of the first k that is relevant, 0 to 1; a grade of 1 or more is relevant. found: grades in the order that is measured, the first place first, null for one that nobody judged; k: 1 to 1,000,000.';

--
-- Name: psi_v1(double precision[], double precision[], integer); Type: FUNCTION; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank_analytics.psi_v1(baseline double precision[], recent double precision[], groups integer DEFAULT 10) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 WITH sorted AS (
          SELECT array_agg(u.score ORDER BY u.score) AS scores
            FROM unnest(psi_v1.baseline) u(score)
           WHERE ((u.score IS NOT NULL) AND (pgrerank.bounded_v1('length of baseline'::text, (cardinality(psi_v1.baseline))::double precision, (0)::double precision, (1000000)::double precision) >= (0)::double precision) AND (pgrerank.bounded_v1('length of recent'::text, (cardinality(psi_v1.recent))::double precision, (0)::double precision, (1000000)::double precision) >= (0)::double precision))
         ), edge AS (
          SELECT array_agg(DISTINCT s.scores[((((g.place * cardinality(s.scores)) + psi_v1.groups) - 1) / psi_v1.groups)]) AS scores
            FROM (sorted s
              CROSS JOIN generate_series(1, ((pgrerank.bounded_v1('groups'::text, (psi_v1.groups)::double precision, (1)::double precision, (1000)::double precision))::integer - 1)) g(place))
           WHERE (s.scores IS NOT NULL)
         ), member AS (
          SELECT width_bucket(u.score, COALESCE(e.scores, '{}'::double precision[])) AS place,
             1 AS before,
             0 AS after
            FROM (unnest(psi_v1.baseline) u(score)
              CROSS JOIN edge e)
           WHERE (u.score IS NOT NULL)
         UNION ALL
          SELECT width_bucket(u.score, COALESCE(e.scores, '{}'::double precision[])) AS place,
             0 AS before,
             1 AS after
            FROM (unnest(psi_v1.recent) u(score)
              CROSS JOIN edge e)
           WHERE (u.score IS NOT NULL)
         ), joined AS (
          SELECT m.place,
             sum(m.before) AS before,
             sum(m.after) AS after
            FROM member m
           GROUP BY m.place
         )
  SELECT pgrerank_analytics.psi_counts_v1(array_agg(j.before), array_agg(j.after), NULL::integer) AS psi_counts_v1
    FROM joined j;
END;

ALTER FUNCTION pgrerank_analytics.psi_v1(baseline double precision[], recent double precision[], groups integer) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION psi_v1(baseline double precision[], recent double precision[], groups integer); Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank_analytics.psi_v1(baseline double precision[], recent double precision[], groups integer) IS 'Population stability index of two samples of scores, 0 or more: under 0.1 is little, over 0.25 much; null where one is empty. baseline, recent: at most 1,000,000 scores each in any order; groups: at most so many quantiles of the baseline, 1 to 1,000.';

--
-- Name: recall_at_k_v1(integer[], integer[], integer); Type: FUNCTION; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank_analytics.recall_at_k_v1(found integer[], judged integer[], k integer) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 WITH relevant AS (
          SELECT count(*) AS total
            FROM unnest(recall_at_k_v1.judged) j(grade)
           WHERE (j.grade >= 1)
         )
  SELECT COALESCE(((LEAST(count(f.grade), max(r.total)))::double precision / (NULLIF(max(r.total), 0))::double precision), (0)::double precision) AS "coalesce"
    FROM (relevant r
      LEFT JOIN unnest(recall_at_k_v1.found) WITH ORDINALITY f(grade, place) ON ((((f.place)::double precision <= pgrerank.bounded_v1('k'::text, (recall_at_k_v1.k)::double precision, (1)::double precision, (1000000)::double precision)) AND (f.grade >= 1))));
END;

ALTER FUNCTION pgrerank_analytics.recall_at_k_v1(found integer[], judged integer[], k integer) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION recall_at_k_v1(found integer[], judged integer[], k integer); Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank_analytics.recall_at_k_v1(found integer[], judged integer[], k integer) IS 'Share of the relevant documents that the first k hold, 0 to 1; a grade of 1 or more is relevant. found: grades in the order that is measured, the first place first, null for one that nobody judged; judged: all grades of the query; k: 1 to 1,000,000.';

--
-- Name: score_bin_low_v1(integer); Type: FUNCTION; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE FUNCTION pgrerank_analytics.score_bin_low_v1(bin integer) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (sinh((pgrerank.bounded_v1('bin'::text, (bin)::double precision, ('-400'::integer)::double precision, (401)::double precision) / (30.0)::double precision)) / (10)::double precision);

ALTER FUNCTION pgrerank_analytics.score_bin_low_v1(bin integer) OWNER TO pgrerank_owner;

--
-- Name: FUNCTION score_bin_low_v1(bin integer); Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON FUNCTION pgrerank_analytics.score_bin_low_v1(bin integer) IS 'Lower end of a bin of score_bin_v1; its upper end is that of the next. bin: -400 to 401.';

--
-- Name: alembic_version; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.alembic_version (
    version_num character varying(32) NOT NULL
);

ALTER TABLE pgrerank.alembic_version OWNER TO pgrerank_owner;

--
-- Name: analyst_grant; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.analyst_grant (
    tenant_id uuid NOT NULL,
    login text NOT NULL
);

ALTER TABLE pgrerank.analyst_grant OWNER TO pgrerank_owner;

--
-- Name: TABLE analyst_grant; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.analyst_grant IS 'Which login of an analyst may read which tenant, one row each.';

--
-- Name: COLUMN analyst_grant.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.analyst_grant.tenant_id IS 'Id of the tenant.';

--
-- Name: COLUMN analyst_grant.login; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.analyst_grant.login IS 'Name of the login.';

--
-- Name: calibration; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.calibration (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    collection_id uuid,
    reranker_id uuid NOT NULL,
    search_scale double precision[],
    document_scale double precision[],
    method text NOT NULL,
    coefficients double precision[] NOT NULL,
    knot_scores double precision[] NOT NULL,
    knot_probabilities double precision[] NOT NULL,
    answerable double precision[],
    strategy text NOT NULL,
    candidates integer NOT NULL,
    depth integer NOT NULL,
    unjudged text NOT NULL,
    relevant_from smallint NOT NULL,
    queries integer NOT NULL,
    pairs integer NOT NULL,
    positives integer NOT NULL,
    brier double precision[] NOT NULL,
    log_loss double precision[] NOT NULL,
    ece double precision[] NOT NULL,
    ece_uncalibrated double precision[] NOT NULL,
    tried jsonb NOT NULL,
    bin_predicted double precision[] NOT NULL,
    bin_observed double precision[] NOT NULL,
    bin_pairs integer[] NOT NULL,
    precision_at double precision[] NOT NULL,
    precision_at_low double precision[] NOT NULL,
    precision_at_high double precision[] NOT NULL,
    warnings text[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ck_calibration_answerable_rises CHECK (((answerable IS NULL) OR pgrerank.curve_rises_v1('platt'::text, answerable, '{}'::double precision[]))),
    CONSTRAINT ck_calibration_knots CHECK ((cardinality(knot_scores) = cardinality(knot_probabilities))),
    CONSTRAINT ck_calibration_method CHECK ((method = ANY (ARRAY['platt'::text, 'isotonic'::text, 'beta'::text]))),
    CONSTRAINT ck_calibration_rises CHECK (pgrerank.curve_rises_v1(method, coefficients, knot_probabilities)),
    CONSTRAINT ck_calibration_scale CHECK (((num_nonnulls(search_scale, document_scale) > 0) AND ((search_scale IS NULL) OR ((search_scale[2] > (0)::double precision) AND (search_scale[3] >= (0)::double precision))) AND ((document_scale IS NULL) OR (document_scale[2] > (0)::double precision)))),
    CONSTRAINT ck_calibration_unjudged CHECK ((unjudged = ANY (ARRAY['irrelevant'::text, 'skip'::text])))
);

ALTER TABLE pgrerank.calibration OWNER TO pgrerank_owner;

--
-- Name: TABLE calibration; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.calibration IS 'One row for each fitted calibration, which turns scores of one reranker into probabilities of relevance. The view calibration shows it.';

--
-- Name: COLUMN calibration.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN calibration.id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.id IS 'Id of the calibration.';

--
-- Name: COLUMN calibration.collection_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.collection_id IS 'Id of the collection it is for; null: for all of the tenant.';

--
-- Name: COLUMN calibration.reranker_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.reranker_id IS 'Id of the reranker whose scores it reads, and no other''s.';

--
-- Name: COLUMN calibration.search_scale; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.search_scale IS 'Log-odds of the candidates of a search: base, factor of the parts, level and center. The base of a search is base + level * (its best raw score - center). Null: fitted to supplied pairs.';

--
-- Name: COLUMN calibration.document_scale; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.document_scale IS 'Log-odds of supplied documents: base, and slope for each unit of the raw score. Null: relevance does not rise with the raw score alone.';

--
-- Name: COLUMN calibration.method; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.method IS 'platt, isotonic or beta.';

--
-- Name: COLUMN calibration.coefficients; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.coefficients IS 'Coefficients of the curve, as calibration_curve_v1 takes them.';

--
-- Name: COLUMN calibration.knot_scores; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.knot_scores IS 'Log-odds of the knots of an isotonic curve, rising.';

--
-- Name: COLUMN calibration.knot_probabilities; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.knot_probabilities IS 'Probabilities of the knots, 0 to 1, not falling.';

--
-- Name: COLUMN calibration.answerable; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.answerable IS 'Slope and base of the logistic curve that gives the probability that a search found anything relevant, from its best log-odds; null: not fitted.';

--
-- Name: COLUMN calibration.strategy; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.strategy IS 'Strategy of the searches that it was fitted on.';

--
-- Name: COLUMN calibration.candidates; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.candidates IS 'Their rows of each leg.';

--
-- Name: COLUMN calibration.depth; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.depth IS 'Their number of reranked candidates.';

--
-- Name: COLUMN calibration.unjudged; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.unjudged IS 'How pairs that nobody judged were read: irrelevant, or skip (left out).';

--
-- Name: COLUMN calibration.relevant_from; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.relevant_from IS 'Lowest grade that counted as relevant.';

--
-- Name: COLUMN calibration.queries; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.queries IS 'Queries that it was fitted on.';

--
-- Name: COLUMN calibration.pairs; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.pairs IS 'Judged pairs of query and chunk.';

--
-- Name: COLUMN calibration.positives; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.positives IS 'Relevant ones among the pairs.';

--
-- Name: COLUMN calibration.brier; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.brier IS 'Mean squared distance of probability and truth, 0 to 1; lower is better. With the ends of its interval of 95 %.';

--
-- Name: COLUMN calibration.log_loss; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.log_loss IS 'Mean log loss in nats, 0 or more; lower is better. With the ends of its interval of 95 %.';

--
-- Name: COLUMN calibration.ece; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.ece IS 'Expected calibration error over 15 bins of equal mass, 0 to 1; lower is better. With the ends of its interval of 95 %.';

--
-- Name: COLUMN calibration.ece_uncalibrated; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.ece_uncalibrated IS 'The same error without the calibration: of the log-odds of the model that ships, or of the sigmoid of raw scores. With the ends of its interval of 95 %.';

--
-- Name: COLUMN calibration.tried; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.tried IS 'Held-out log loss of every method that was tried, as JSON.';

--
-- Name: COLUMN calibration.bin_predicted; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.bin_predicted IS 'Reliability diagram: mean probability of each bin, 0 to 1.';

--
-- Name: COLUMN calibration.bin_observed; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.bin_observed IS 'Share that is relevant in each bin, 0 to 1.';

--
-- Name: COLUMN calibration.bin_pairs; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.bin_pairs IS 'Pairs in each bin.';

--
-- Name: COLUMN calibration.precision_at; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.precision_at IS 'Precision among the best k of a query, by k from 1, 0 to 1.';

--
-- Name: COLUMN calibration.precision_at_low; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.precision_at_low IS 'Lower ends of its intervals.';

--
-- Name: COLUMN calibration.precision_at_high; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.precision_at_high IS 'Upper ends of its intervals.';

--
-- Name: COLUMN calibration.warnings; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.warnings IS 'What speaks against relying on it, in words.';

--
-- Name: COLUMN calibration.created_at; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration.created_at IS 'When it was fitted.';

--
-- Name: calibration_point; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.calibration_point (
    tenant_id uuid NOT NULL,
    calibration_id uuid NOT NULL,
    cutoff double precision NOT NULL,
    relevance double precision NOT NULL,
    pairs integer NOT NULL,
    precision_at_cutoff double precision NOT NULL,
    precision_low double precision NOT NULL,
    precision_high double precision NOT NULL,
    recall double precision NOT NULL,
    recall_low double precision NOT NULL,
    recall_high double precision NOT NULL
);

ALTER TABLE pgrerank.calibration_point OWNER TO pgrerank_owner;

--
-- Name: TABLE calibration_point; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.calibration_point IS 'One row for each cut-off of a calibration. The view calibration_point shows it.';

--
-- Name: COLUMN calibration_point.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration_point.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN calibration_point.calibration_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration_point.calibration_id IS 'Id of the calibration.';

--
-- Name: COLUMN calibration_point.cutoff; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration_point.cutoff IS 'Results with these log-odds or more are kept.';

--
-- Name: COLUMN calibration_point.relevance; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration_point.relevance IS 'Probability of relevance at the cut-off, 0 to 1.';

--
-- Name: COLUMN calibration_point.pairs; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration_point.pairs IS 'Judged pairs that are kept.';

--
-- Name: COLUMN calibration_point.precision_at_cutoff; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration_point.precision_at_cutoff IS 'Share of the kept pairs that is relevant, 0 to 1.';

--
-- Name: COLUMN calibration_point.precision_low; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration_point.precision_low IS 'Lower end of its interval.';

--
-- Name: COLUMN calibration_point.precision_high; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration_point.precision_high IS 'Upper end of its interval.';

--
-- Name: COLUMN calibration_point.recall; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration_point.recall IS 'Share of the relevant pairs that is kept, 0 to 1.';

--
-- Name: COLUMN calibration_point.recall_low; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration_point.recall_low IS 'Lower end of its interval.';

--
-- Name: COLUMN calibration_point.recall_high; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration_point.recall_high IS 'Upper end of its interval.';

--
-- Name: calibration_sample; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.calibration_sample (
    tenant_id uuid NOT NULL,
    calibration_id uuid NOT NULL,
    queries integer[] NOT NULL,
    scores double precision[] NOT NULL,
    relevant boolean[] NOT NULL,
    weights double precision[] NOT NULL,
    CONSTRAINT ck_calibration_sample_parallel CHECK ((cardinality(queries) = ALL (ARRAY[cardinality(scores), cardinality(relevant), cardinality(weights)])))
);

ALTER TABLE pgrerank.calibration_sample OWNER TO pgrerank_owner;

--
-- Name: TABLE calibration_sample; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.calibration_sample IS 'The judged pairs of one calibration, in parallel arrays: thresholds are chosen from them at any later time.';

--
-- Name: COLUMN calibration_sample.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration_sample.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN calibration_sample.calibration_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration_sample.calibration_id IS 'Id of the calibration.';

--
-- Name: COLUMN calibration_sample.queries; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration_sample.queries IS 'Number of the query that each pair belongs to.';

--
-- Name: COLUMN calibration_sample.scores; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration_sample.scores IS 'Log-odds of each pair.';

--
-- Name: COLUMN calibration_sample.relevant; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration_sample.relevant IS 'Whether each pair is relevant.';

--
-- Name: COLUMN calibration_sample.weights; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.calibration_sample.weights IS 'Weight of each pair.';

--
-- Name: chunk; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.chunk (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    collection_id uuid NOT NULL,
    document_id uuid NOT NULL,
    ordinal integer NOT NULL,
    content text NOT NULL,
    content_hash bytea NOT NULL,
    token_count integer NOT NULL,
    lexeme_count integer NOT NULL,
    tsv tsvector NOT NULL,
    term_frequencies public.sparsevec(268435456) NOT NULL,
    title_frequencies public.sparsevec(268435456)
);
ALTER TABLE ONLY pgrerank.chunk ALTER COLUMN term_frequencies SET STORAGE MAIN;
ALTER TABLE ONLY pgrerank.chunk ALTER COLUMN title_frequencies SET STORAGE MAIN;

ALTER TABLE pgrerank.chunk OWNER TO pgrerank_owner;

--
-- Name: TABLE chunk; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.chunk IS 'One row for each chunk of a document, the unit that is found and reranked. A chunk''s text never changes under its id.';

--
-- Name: COLUMN chunk.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN chunk.id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk.id IS 'Id of the chunk.';

--
-- Name: COLUMN chunk.collection_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk.collection_id IS 'Id of the collection.';

--
-- Name: COLUMN chunk.document_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk.document_id IS 'Id of its document.';

--
-- Name: COLUMN chunk.ordinal; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk.ordinal IS 'Place in its document, from 0.';

--
-- Name: COLUMN chunk.content; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk.content IS 'Text of the chunk.';

--
-- Name: COLUMN chunk.content_hash; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk.content_hash IS 'Hash of what a model reads of it.';

--
-- Name: COLUMN chunk.token_count; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk.token_count IS 'Length in tokens of the embedder.';

--
-- Name: COLUMN chunk.lexeme_count; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk.lexeme_count IS 'Length in lexemes of title and text, repeated ones counted each time.';

--
-- Name: COLUMN chunk.tsv; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk.tsv IS 'Lexemes of title and text, for the keyword leg.';

--
-- Name: COLUMN chunk.term_frequencies; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk.term_frequencies IS 'How often each lexeme occurs, as a sparse vector by lexeme_index_v1.';

--
-- Name: COLUMN chunk.title_frequencies; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk.title_frequencies IS 'The part of term_frequencies that is in the title; null: none, or not counted apart.';

--
-- Name: chunk_embedding; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.chunk_embedding (
    tenant_id uuid NOT NULL,
    collection_id uuid NOT NULL,
    model_id uuid NOT NULL,
    chunk_id uuid NOT NULL,
    document_id uuid NOT NULL,
    embedding public.vector,
    half public.halfvec
);
ALTER TABLE ONLY pgrerank.chunk_embedding ALTER COLUMN embedding SET STORAGE MAIN;
ALTER TABLE ONLY pgrerank.chunk_embedding ALTER COLUMN half SET STORAGE MAIN;

ALTER TABLE pgrerank.chunk_embedding OWNER TO pgrerank_owner;

--
-- Name: TABLE chunk_embedding; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.chunk_embedding IS 'One row for each vector of a chunk: one for each embedder of its collection.';

--
-- Name: COLUMN chunk_embedding.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk_embedding.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN chunk_embedding.collection_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk_embedding.collection_id IS 'Id of the collection.';

--
-- Name: COLUMN chunk_embedding.model_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk_embedding.model_id IS 'Id of the embedder.';

--
-- Name: COLUMN chunk_embedding.chunk_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk_embedding.chunk_id IS 'Id of the chunk.';

--
-- Name: COLUMN chunk_embedding.document_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk_embedding.document_id IS 'Id of the document of the chunk.';

--
-- Name: COLUMN chunk_embedding.embedding; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk_embedding.embedding IS 'The vector, of up to 2,000 dimensions; null: see half.';

--
-- Name: COLUMN chunk_embedding.half; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk_embedding.half IS 'The vector in half precision, of more than 2,000 dimensions; null: see embedding.';

--
-- Name: chunk_tokens; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.chunk_tokens (
    tenant_id uuid NOT NULL,
    chunk_id uuid NOT NULL,
    model_id uuid NOT NULL,
    vectors bytea NOT NULL
);
ALTER TABLE ONLY pgrerank.chunk_tokens ALTER COLUMN vectors SET STORAGE EXTERNAL;

ALTER TABLE pgrerank.chunk_tokens OWNER TO pgrerank_owner;

--
-- Name: TABLE chunk_tokens; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.chunk_tokens IS 'One row for each chunk with stored token vectors, for late interaction.';

--
-- Name: COLUMN chunk_tokens.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk_tokens.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN chunk_tokens.chunk_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk_tokens.chunk_id IS 'Id of the chunk.';

--
-- Name: COLUMN chunk_tokens.model_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk_tokens.model_id IS 'Id of the late interaction model.';

--
-- Name: COLUMN chunk_tokens.vectors; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk_tokens.vectors IS 'Token vectors, quantised.';

--
-- Name: chunk_weights; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.chunk_weights (
    tenant_id uuid NOT NULL,
    collection_id uuid NOT NULL,
    chunk_id uuid NOT NULL,
    weights public.sparsevec(268435456) NOT NULL
);
ALTER TABLE ONLY pgrerank.chunk_weights ALTER COLUMN weights SET STORAGE MAIN;

ALTER TABLE pgrerank.chunk_weights OWNER TO pgrerank_owner;

--
-- Name: TABLE chunk_weights; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.chunk_weights IS 'One row for each chunk with learned sparse weights, for the sparse leg.';

--
-- Name: COLUMN chunk_weights.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk_weights.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN chunk_weights.collection_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk_weights.collection_id IS 'Id of the collection.';

--
-- Name: COLUMN chunk_weights.chunk_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk_weights.chunk_id IS 'Id of the chunk.';

--
-- Name: COLUMN chunk_weights.weights; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.chunk_weights.weights IS 'Weights of tokens, as a sparse vector by lexeme_index_v1.';

--
-- Name: collection_size; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.collection_size (
    tenant_id uuid NOT NULL,
    collection_id uuid NOT NULL,
    shard smallint NOT NULL,
    documents bigint NOT NULL,
    chunks bigint NOT NULL,
    lexemes bigint NOT NULL
);

ALTER TABLE pgrerank.collection_size OWNER TO pgrerank_owner;

--
-- Name: TABLE collection_size; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.collection_size IS 'Counters of a collection, in 16 shards so that concurrent writers rarely wait for one another: the sums over the shards are the figures. One shard may be negative.';

--
-- Name: COLUMN collection_size.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection_size.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN collection_size.collection_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection_size.collection_id IS 'Id of the collection.';

--
-- Name: COLUMN collection_size.shard; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection_size.shard IS 'Number of the shard, 0 to 15.';

--
-- Name: COLUMN collection_size.documents; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection_size.documents IS 'Documents.';

--
-- Name: COLUMN collection_size.chunks; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection_size.chunks IS 'Chunks.';

--
-- Name: COLUMN collection_size.lexemes; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.collection_size.lexemes IS 'Lexemes of all chunks, repeated ones counted each time.';

--
-- Name: document; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.document (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    collection_id uuid NOT NULL,
    external_id text NOT NULL,
    title text NOT NULL,
    uri text,
    metadata jsonb NOT NULL,
    content_hash bytea NOT NULL,
    text_hash bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE pgrerank.document OWNER TO pgrerank_owner;

--
-- Name: TABLE document; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.document IS 'One row for each document.';

--
-- Name: COLUMN document.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.document.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN document.id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.document.id IS 'Id of the document.';

--
-- Name: COLUMN document.collection_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.document.collection_id IS 'Id of the collection.';

--
-- Name: COLUMN document.external_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.document.external_id IS 'Id of the document as its owner names it, unique in its collection.';

--
-- Name: COLUMN document.title; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.document.title IS 'Title; empty: none.';

--
-- Name: COLUMN document.uri; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.document.uri IS 'Where the document is; null: not given.';

--
-- Name: COLUMN document.metadata; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.document.metadata IS 'What filters go by, as JSON.';

--
-- Name: COLUMN document.content_hash; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.document.content_hash IS 'Hash of all that was sent: a document that is sent again unchanged is left as it is.';

--
-- Name: COLUMN document.text_hash; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.document.text_hash IS 'The part of content_hash that is made from title, text and sparse weights.';

--
-- Name: COLUMN document.created_at; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.document.created_at IS 'When it was first stored.';

--
-- Name: COLUMN document.updated_at; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.document.updated_at IS 'When it was last changed.';

--
-- Name: enrichment; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.enrichment (
    tenant_id uuid NOT NULL,
    collection_id uuid NOT NULL,
    embedder_id uuid NOT NULL,
    reranker_id uuid NOT NULL,
    method text NOT NULL,
    depth integer NOT NULL,
    revision bigint DEFAULT 0 NOT NULL,
    next_number integer DEFAULT 1 NOT NULL,
    members bigint DEFAULT 0 NOT NULL,
    checked_at timestamp with time zone,
    CONSTRAINT ck_enrichment_depth CHECK (((depth >= 1) AND (depth <= 1000))),
    CONSTRAINT ck_enrichment_method CHECK ((method = ANY (ARRAY['late-interaction'::text, 'reranker'::text])))
);

ALTER TABLE pgrerank.enrichment OWNER TO pgrerank_owner;

--
-- Name: TABLE enrichment; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.enrichment IS 'One row for each collection whose related documents are kept.';

--
-- Name: COLUMN enrichment.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.enrichment.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN enrichment.collection_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.enrichment.collection_id IS 'Id of the collection.';

--
-- Name: COLUMN enrichment.embedder_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.enrichment.embedder_id IS 'Id of the embedder whose vectors give the candidates.';

--
-- Name: COLUMN enrichment.reranker_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.enrichment.reranker_id IS 'Id of the model that orders them.';

--
-- Name: COLUMN enrichment.method; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.enrichment.method IS 'late-interaction, over stored token vectors, or reranker.';

--
-- Name: COLUMN enrichment.depth; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.enrichment.depth IS 'Most documents in a list, 1 to 1000.';

--
-- Name: COLUMN enrichment.revision; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.enrichment.revision IS 'How often changes of documents were found; see related_list.';

--
-- Name: COLUMN enrichment.next_number; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.enrichment.next_number IS 'Number of the next new document; none is given twice.';

--
-- Name: COLUMN enrichment.members; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.enrichment.members IS 'Rows of related_list when changes were last looked for.';

--
-- Name: COLUMN enrichment.checked_at; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.enrichment.checked_at IS 'When changes were last looked for; null: never.';

--
-- Name: eval_metric; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.eval_metric (
    tenant_id uuid NOT NULL,
    eval_run_id uuid NOT NULL,
    query_hash bytea NOT NULL,
    measure text NOT NULL,
    value double precision NOT NULL
);

ALTER TABLE pgrerank.eval_metric OWNER TO pgrerank_owner;

--
-- Name: TABLE eval_metric; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.eval_metric IS 'One row for each measure of each query of each evaluation. The view eval_metric shows it.';

--
-- Name: COLUMN eval_metric.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_metric.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN eval_metric.eval_run_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_metric.eval_run_id IS 'Id of the evaluation.';

--
-- Name: COLUMN eval_metric.query_hash; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_metric.query_hash IS 'Hash of the query, as in eval_query.';

--
-- Name: COLUMN eval_metric.measure; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_metric.measure IS 'nDCG@10, RR@10, P@5, AP, R@100 (of the list before reranking) or Judged@10.';

--
-- Name: COLUMN eval_metric.value; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_metric.value IS 'Value of the measure, 0 to 1.';

--
-- Name: eval_query; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.eval_query (
    tenant_id uuid NOT NULL,
    eval_run_id uuid NOT NULL,
    query_hash bytea NOT NULL,
    query text NOT NULL,
    status text NOT NULL,
    total_ms double precision NOT NULL,
    external_ids text[] NOT NULL,
    grades smallint[] NOT NULL,
    first_stage_grades smallint[] NOT NULL,
    judged_grades smallint[] NOT NULL
);

ALTER TABLE pgrerank.eval_query OWNER TO pgrerank_owner;

--
-- Name: TABLE eval_query; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.eval_query IS 'One row for each query of each evaluation. The view eval_query shows it.';

--
-- Name: COLUMN eval_query.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_query.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN eval_query.eval_run_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_query.eval_run_id IS 'Id of the evaluation.';

--
-- Name: COLUMN eval_query.query_hash; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_query.query_hash IS 'SHA-256 of the query, since a query may be longer than an index row can hold.';

--
-- Name: COLUMN eval_query.query; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_query.query IS 'Text of the query.';

--
-- Name: COLUMN eval_query.status; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_query.status IS 'What became of the rerank stage: full, partial, skipped or failed, as in rerank_log.';

--
-- Name: COLUMN eval_query.total_ms; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_query.total_ms IS 'Time of the whole search in milliseconds.';

--
-- Name: COLUMN eval_query.external_ids; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_query.external_ids IS 'The first 100 documents of the answer, in their order.';

--
-- Name: COLUMN eval_query.grades; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_query.grades IS 'Grades of all documents that were found, in the order of the answer; null inside: nobody judged it.';

--
-- Name: COLUMN eval_query.first_stage_grades; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_query.first_stage_grades IS 'The same in the order before reranking.';

--
-- Name: COLUMN eval_query.judged_grades; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_query.judged_grades IS 'Grades of all judged documents of the query, found or not, in no order.';

--
-- Name: eval_run; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.eval_run (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    collection_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    label text,
    judgments text NOT NULL,
    strategy text NOT NULL,
    knobs jsonb NOT NULL,
    embedder_id uuid,
    reranker_id uuid,
    queries integer NOT NULL,
    p50_ms double precision NOT NULL,
    p95_ms double precision NOT NULL
);

ALTER TABLE pgrerank.eval_run OWNER TO pgrerank_owner;

--
-- Name: TABLE eval_run; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.eval_run IS 'One row for each stored evaluation. The view eval_run shows it.';

--
-- Name: COLUMN eval_run.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_run.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN eval_run.id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_run.id IS 'Id of the evaluation.';

--
-- Name: COLUMN eval_run.collection_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_run.collection_id IS 'Id of the collection.';

--
-- Name: COLUMN eval_run.created_at; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_run.created_at IS 'When it was made.';

--
-- Name: COLUMN eval_run.label; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_run.label IS 'What its maker calls it; several evaluations may share one; null: none.';

--
-- Name: COLUMN eval_run.judgments; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_run.judgments IS 'stored, or the name of the labelled folder that the judgments came from.';

--
-- Name: COLUMN eval_run.strategy; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_run.strategy IS 'Which legs found candidates: dense, keyword, hybrid or tiered.';

--
-- Name: COLUMN eval_run.knobs; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_run.knobs IS 'Settings as JSON: candidates, depth, rerank, cascade, profile, and under retrieval the settings of the first stage.';

--
-- Name: COLUMN eval_run.embedder_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_run.embedder_id IS 'Id of the embedder; null: none ran.';

--
-- Name: COLUMN eval_run.reranker_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_run.reranker_id IS 'Id of the reranker; null: none ran.';

--
-- Name: COLUMN eval_run.queries; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_run.queries IS 'How many queries were searched.';

--
-- Name: COLUMN eval_run.p50_ms; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_run.p50_ms IS 'Median time of a whole search in milliseconds.';

--
-- Name: COLUMN eval_run.p95_ms; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.eval_run.p95_ms IS '95th percentile of that time in milliseconds.';

--
-- Name: exclusive_work; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.exclusive_work (
    name text NOT NULL
);

ALTER TABLE pgrerank.exclusive_work OWNER TO pgrerank_owner;

--
-- Name: TABLE exclusive_work; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.exclusive_work IS 'Names of what one process does at a time over several transactions. Another transaction inserts the name, which keeps those that would insert it too waiting, and takes it back at the end: always empty to whoever looks.';

--
-- Name: COLUMN exclusive_work.name; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.exclusive_work.name IS 'What is done.';

--
-- Name: related_list; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.related_list (
    tenant_id uuid NOT NULL,
    document_id uuid NOT NULL,
    collection_id uuid NOT NULL,
    number integer NOT NULL,
    text_hash bytea NOT NULL,
    text_revision bigint NOT NULL,
    is_announced boolean DEFAULT false NOT NULL,
    due_revision bigint NOT NULL,
    list_revision bigint DEFAULT 0 NOT NULL,
    numbers integer[] DEFAULT '{}'::integer[] NOT NULL,
    scores real[] DEFAULT '{}'::real[] NOT NULL,
    lowest_similarity real,
    leased_until timestamp with time zone,
    renewed_at timestamp with time zone
);
ALTER TABLE ONLY pgrerank.related_list ALTER COLUMN numbers SET STORAGE EXTERNAL;
ALTER TABLE ONLY pgrerank.related_list ALTER COLUMN scores SET STORAGE EXTERNAL;

ALTER TABLE pgrerank.related_list OWNER TO pgrerank_owner;

--
-- Name: TABLE related_list; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.related_list IS 'One row for each document of a collection whose related documents are kept. Its list is up to date where due_revision is not above list_revision.';

--
-- Name: COLUMN related_list.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.related_list.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN related_list.document_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.related_list.document_id IS 'Id of the document.';

--
-- Name: COLUMN related_list.collection_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.related_list.collection_id IS 'Id of the collection.';

--
-- Name: COLUMN related_list.number; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.related_list.number IS 'Number that stands for the document in lists of its collection.';

--
-- Name: COLUMN related_list.text_hash; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.related_list.text_hash IS 'Hash of the document''s text when changes were last looked for.';

--
-- Name: COLUMN related_list.text_revision; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.related_list.text_revision IS 'Revision that found the newest change of its text, or of the models.';

--
-- Name: COLUMN related_list.is_announced; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.related_list.is_announced IS 'Whether the lists that its text may enter are marked.';

--
-- Name: COLUMN related_list.due_revision; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.related_list.due_revision IS 'Revision of the newest change that may affect its list.';

--
-- Name: COLUMN related_list.list_revision; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.related_list.list_revision IS 'Revision that its list reflects; 0: it has none yet.';

--
-- Name: COLUMN related_list.numbers; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.related_list.numbers IS 'Numbers of the related documents, the most related first.';

--
-- Name: COLUMN related_list.scores; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.related_list.scores IS 'Their scores, in the same order, in the unit of the model.';

--
-- Name: COLUMN related_list.lowest_similarity; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.related_list.lowest_similarity IS 'Lowest cosine of the embedder among them; null: there are fewer than the depth.';

--
-- Name: COLUMN related_list.leased_until; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.related_list.leased_until IS 'Until when one process computes the list; null or past: nobody does.';

--
-- Name: COLUMN related_list.renewed_at; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.related_list.renewed_at IS 'When the list was stored; null: never.';

--
-- Name: threshold; Type: TABLE; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE TABLE pgrerank.threshold (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    collection_id uuid NOT NULL,
    name text NOT NULL,
    reranker_id uuid,
    calibration_id uuid,
    cutoff double precision,
    min_relevance double precision,
    promised_precision double precision,
    confidence double precision,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ck_threshold_bound CHECK (((cutoff IS NULL) = (reranker_id IS NULL))),
    CONSTRAINT ck_threshold_kind CHECK ((num_nonnulls(cutoff, min_relevance) = 1))
);

ALTER TABLE pgrerank.threshold OWNER TO pgrerank_owner;

--
-- Name: TABLE threshold; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON TABLE pgrerank.threshold IS 'One row for each named threshold: either log-odds by one reranker, or a probability. The view threshold shows it.';

--
-- Name: COLUMN threshold.tenant_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.threshold.tenant_id IS 'Id of the tenant that owns the row.';

--
-- Name: COLUMN threshold.id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.threshold.id IS 'Id of the threshold.';

--
-- Name: COLUMN threshold.collection_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.threshold.collection_id IS 'Id of the collection.';

--
-- Name: COLUMN threshold.name; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.threshold.name IS 'Name of the threshold.';

--
-- Name: COLUMN threshold.reranker_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.threshold.reranker_id IS 'Id of the reranker of the log-odds; null: it is a probability.';

--
-- Name: COLUMN threshold.calibration_id; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.threshold.calibration_id IS 'Id of the calibration by whose judged pairs it was chosen; null: chosen by hand.';

--
-- Name: COLUMN threshold.cutoff; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.threshold.cutoff IS 'Lowest log-odds that are kept; null: it is a probability.';

--
-- Name: COLUMN threshold.min_relevance; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.threshold.min_relevance IS 'Lowest probability that is kept, 0 to 1; null: they are log-odds.';

--
-- Name: COLUMN threshold.promised_precision; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.threshold.promised_precision IS 'Precision that the threshold keeps, 0 to 1; null: chosen by hand.';

--
-- Name: COLUMN threshold.confidence; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.threshold.confidence IS 'With what probability it does, 0 to 1; null: chosen by hand.';

--
-- Name: COLUMN threshold.created_at; Type: COMMENT; Schema: pgrerank; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank.threshold.created_at IS 'When it was set.';

--
-- Name: calibration; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.calibration WITH (security_invoker='true') AS
 SELECT t.name AS tenant,
    c.id AS calibration_id,
    c.created_at,
    o.name AS collection,
    m.name AS reranker,
    m.fingerprint AS reranker_fingerprint,
    c.search_scale,
    c.document_scale,
    c.method,
    c.coefficients,
    c.knot_scores,
    c.knot_probabilities,
    c.strategy,
    c.candidates,
    c.depth,
    c.unjudged,
    c.relevant_from,
    c.queries,
    c.pairs,
    c.positives,
    c.tried,
    c.bin_predicted,
    c.bin_observed,
    c.bin_pairs,
    c.precision_at,
    c.precision_at_low,
    c.precision_at_high,
    c.warnings,
    c.brier[1] AS brier,
    c.brier[2] AS brier_low,
    c.brier[3] AS brier_high,
    c.log_loss[1] AS log_loss,
    c.log_loss[2] AS log_loss_low,
    c.log_loss[3] AS log_loss_high,
    c.ece[1] AS ece,
    c.ece[2] AS ece_low,
    c.ece[3] AS ece_high,
    c.ece_uncalibrated[1] AS ece_uncalibrated,
    c.ece_uncalibrated[2] AS ece_uncalibrated_low,
    c.ece_uncalibrated[3] AS ece_uncalibrated_high
   FROM (((pgrerank.calibration c
     JOIN pgrerank.tenant t ON ((c.tenant_id = t.id)))
     JOIN pgrerank.model m ON ((c.reranker_id = m.id)))
     LEFT JOIN pgrerank.collection o ON (((c.tenant_id = o.tenant_id) AND (c.collection_id = o.id))));

ALTER VIEW pgrerank_analytics.calibration OWNER TO pgrerank_owner;

--
-- Name: VIEW calibration; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.calibration IS 'One row for each fitted calibration, which turns scores of one reranker into probabilities of relevance. Columns in _low and _high are intervals of 95 % over queries.';

--
-- Name: COLUMN calibration.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN calibration.calibration_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.calibration_id IS 'Id of the calibration.';

--
-- Name: COLUMN calibration.created_at; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.created_at IS 'When it was fitted.';

--
-- Name: COLUMN calibration.collection; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.collection IS 'Name of the collection it is for; null: for all of the tenant.';

--
-- Name: COLUMN calibration.reranker; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.reranker IS 'Name of the reranker whose scores it reads, and no other''s.';

--
-- Name: COLUMN calibration.reranker_fingerprint; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.reranker_fingerprint IS 'Fingerprint of that model: models of one fingerprint give the same scores, scores of different ones must not be compared.';

--
-- Name: COLUMN calibration.search_scale; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.search_scale IS 'Log-odds of the candidates of a search, as search_log_odds_v1 takes it: base, factor of the parts, level and center. Null: fitted to supplied pairs.';

--
-- Name: COLUMN calibration.document_scale; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.document_scale IS 'Log-odds of supplied documents: base, and slope for each unit of the raw score. Null: relevance does not rise with the raw score alone.';

--
-- Name: COLUMN calibration.method; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.method IS 'platt, isotonic or beta.';

--
-- Name: COLUMN calibration.coefficients; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.coefficients IS 'Coefficients of the curve, as calibration_curve_v1 takes them.';

--
-- Name: COLUMN calibration.knot_scores; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.knot_scores IS 'Log-odds of the knots of an isotonic curve, rising.';

--
-- Name: COLUMN calibration.knot_probabilities; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.knot_probabilities IS 'Probabilities of the knots, 0 to 1, not falling.';

--
-- Name: COLUMN calibration.strategy; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.strategy IS 'Strategy of the searches that it was fitted on.';

--
-- Name: COLUMN calibration.candidates; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.candidates IS 'Their rows of each leg.';

--
-- Name: COLUMN calibration.depth; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.depth IS 'Their number of reranked candidates.';

--
-- Name: COLUMN calibration.unjudged; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.unjudged IS 'How pairs that nobody judged were read: irrelevant, or skip (left out).';

--
-- Name: COLUMN calibration.relevant_from; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.relevant_from IS 'Lowest grade that counted as relevant.';

--
-- Name: COLUMN calibration.queries; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.queries IS 'Queries that it was fitted on.';

--
-- Name: COLUMN calibration.pairs; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.pairs IS 'Judged pairs of query and chunk.';

--
-- Name: COLUMN calibration.positives; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.positives IS 'Relevant ones among the pairs.';

--
-- Name: COLUMN calibration.tried; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.tried IS 'Held-out log loss of every method that was tried, as JSON.';

--
-- Name: COLUMN calibration.bin_predicted; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.bin_predicted IS 'Reliability diagram: mean probability of each bin, 0 to 1.';

--
-- Name: COLUMN calibration.bin_observed; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.bin_observed IS 'Share that is relevant in each bin, 0 to 1.';

--
-- Name: COLUMN calibration.bin_pairs; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.bin_pairs IS 'Pairs in each bin.';

--
-- Name: COLUMN calibration.precision_at; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.precision_at IS 'Precision among the best k of a query, by k from 1, 0 to 1.';

--
-- Name: COLUMN calibration.precision_at_low; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.precision_at_low IS 'Lower ends of its intervals.';

--
-- Name: COLUMN calibration.precision_at_high; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.precision_at_high IS 'Upper ends of its intervals.';

--
-- Name: COLUMN calibration.warnings; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.warnings IS 'What speaks against relying on it, in words.';

--
-- Name: COLUMN calibration.brier; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.brier IS 'Mean squared distance of probability and truth, 0 to 1; lower is better.';

--
-- Name: COLUMN calibration.brier_low; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.brier_low IS 'Lower end of its interval.';

--
-- Name: COLUMN calibration.brier_high; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.brier_high IS 'Upper end of its interval.';

--
-- Name: COLUMN calibration.log_loss; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.log_loss IS 'Mean log loss in nats, 0 or more; lower is better.';

--
-- Name: COLUMN calibration.log_loss_low; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.log_loss_low IS 'Lower end of its interval.';

--
-- Name: COLUMN calibration.log_loss_high; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.log_loss_high IS 'Upper end of its interval.';

--
-- Name: COLUMN calibration.ece; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.ece IS 'Expected calibration error over 15 bins of equal mass, 0 to 1; lower is better.';

--
-- Name: COLUMN calibration.ece_low; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.ece_low IS 'Lower end of its interval.';

--
-- Name: COLUMN calibration.ece_high; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.ece_high IS 'Upper end of its interval.';

--
-- Name: COLUMN calibration.ece_uncalibrated; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.ece_uncalibrated IS 'The same error without the calibration: of the log-odds of the model that ships, or of the sigmoid of raw scores.';

--
-- Name: COLUMN calibration.ece_uncalibrated_low; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.ece_uncalibrated_low IS 'Lower end of its interval.';

--
-- Name: COLUMN calibration.ece_uncalibrated_high; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration.ece_uncalibrated_high IS 'Upper end of its interval.';

--
-- Name: calibration_point; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.calibration_point WITH (security_invoker='true') AS
 SELECT t.name AS tenant,
    p.calibration_id,
    p.cutoff,
    p.relevance,
    p.pairs,
    p.precision_at_cutoff AS "precision",
    p.precision_low,
    p.precision_high,
    p.recall,
    p.recall_low,
    p.recall_high
   FROM (pgrerank.calibration_point p
     JOIN pgrerank.tenant t ON ((p.tenant_id = t.id)));

ALTER VIEW pgrerank_analytics.calibration_point OWNER TO pgrerank_owner;

--
-- Name: VIEW calibration_point; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.calibration_point IS 'One row for each cut-off of a calibration: precision and recall of its judged pairs that score as high or higher. Columns in _low and _high are intervals of 95 %.';

--
-- Name: COLUMN calibration_point.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration_point.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN calibration_point.calibration_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration_point.calibration_id IS 'Id of the calibration.';

--
-- Name: COLUMN calibration_point.cutoff; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration_point.cutoff IS 'Results with these log-odds or more are kept.';

--
-- Name: COLUMN calibration_point.relevance; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration_point.relevance IS 'Probability of relevance at the cut-off, 0 to 1.';

--
-- Name: COLUMN calibration_point.pairs; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration_point.pairs IS 'Judged pairs that are kept.';

--
-- Name: COLUMN calibration_point."precision"; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration_point."precision" IS 'Share of the kept pairs that is relevant, 0 to 1.';

--
-- Name: COLUMN calibration_point.precision_low; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration_point.precision_low IS 'Lower end of its interval.';

--
-- Name: COLUMN calibration_point.precision_high; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration_point.precision_high IS 'Upper end of its interval.';

--
-- Name: COLUMN calibration_point.recall; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration_point.recall IS 'Share of the relevant pairs that is kept, 0 to 1.';

--
-- Name: COLUMN calibration_point.recall_low; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration_point.recall_low IS 'Lower end of its interval.';

--
-- Name: COLUMN calibration_point.recall_high; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.calibration_point.recall_high IS 'Upper end of its interval.';

--
-- Name: effect_daily; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.effect_daily WITH (security_invoker='true') AS
 WITH counted AS (
         SELECT d_1.tenant_id,
            d_1.day,
            d_1.reranker_id,
            d_1.collection_name,
            d_1.counted_at,
            d_1.searches,
            d_1.skipped_searches,
            d_1.failed_searches,
            d_1.changed_top_1,
            d_1.changed_top_3,
            d_1.changed_top_10,
            d_1.tau_searches,
            d_1.tau_sum,
            d_1.agreement_searches,
            d_1.agreement_sum
           FROM pgrerank.score_daily d_1
        UNION ALL
         SELECT d_1.tenant_id,
            d_1.day,
            d_1.reranker_id,
            d_1.collection_name,
            d_1.counted_at,
            d_1.searches,
            d_1.skipped_searches,
            d_1.failed_searches,
            d_1.changed_top_1,
            d_1.changed_top_3,
            d_1.changed_top_10,
            d_1.tau_searches,
            d_1.tau_sum,
            d_1.agreement_searches,
            d_1.agreement_sum
           FROM pgrerank.score_day_v1(((now() AT TIME ZONE 'UTC'::text))::date, true) d_1(tenant_id, day, collection_id, reranker_id, collection_name, counted_at, searches, partial_searches, skipped_searches, failed_searches, pairs, truncated_pairs, changed_top_1, changed_top_3, changed_top_10, tau_searches, tau_sum, shift_sum, agreement_searches, agreement_sum, score_bins, score_counts)
        )
 SELECT t.name AS tenant,
    d.collection_name AS collection,
    d.day,
    m.name AS reranker,
    m.fingerprint AS reranker_fingerprint,
    r.searches,
    d.counted_at,
    ((d.changed_top_1)::double precision / (r.searches)::double precision) AS changed_top_1,
    ((d.changed_top_3)::double precision / (r.searches)::double precision) AS changed_top_3,
    ((d.changed_top_10)::double precision / (r.searches)::double precision) AS changed_top_10,
    (d.tau_sum / (NULLIF(d.tau_searches, 0))::double precision) AS kendall_tau,
    (d.agreement_sum / (NULLIF(d.agreement_searches, 0))::double precision) AS agreement
   FROM (((counted d
     CROSS JOIN LATERAL ( VALUES (((d.searches - d.skipped_searches) - d.failed_searches))) r(searches))
     JOIN pgrerank.tenant t ON ((d.tenant_id = t.id)))
     LEFT JOIN pgrerank.model m ON ((d.reranker_id = m.id)))
  WHERE (r.searches > 0);

ALTER VIEW pgrerank_analytics.effect_daily OWNER TO pgrerank_owner;

--
-- Name: VIEW effect_daily; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.effect_daily IS 'What reranking changed, by tenant, collection, reranker and day, over searches whose status is full or partial. Counted as score_daily is.';

--
-- Name: COLUMN effect_daily.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.effect_daily.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN effect_daily.collection; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.effect_daily.collection IS 'Name of the collection as it was then, also where it has been deleted since.';

--
-- Name: COLUMN effect_daily.day; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.effect_daily.day IS 'Day in UTC.';

--
-- Name: COLUMN effect_daily.reranker; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.effect_daily.reranker IS 'Name of the reranker.';

--
-- Name: COLUMN effect_daily.reranker_fingerprint; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.effect_daily.reranker_fingerprint IS 'Fingerprint of that model: models of one fingerprint give the same scores, scores of different ones must not be compared.';

--
-- Name: COLUMN effect_daily.searches; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.effect_daily.searches IS 'Reranked searches, 1 or more.';

--
-- Name: COLUMN effect_daily.counted_at; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.effect_daily.counted_at IS 'When the row was counted.';

--
-- Name: COLUMN effect_daily.changed_top_1; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.effect_daily.changed_top_1 IS 'Share of searches, 0 to 1, whose first result fusion had placed behind the first.';

--
-- Name: COLUMN effect_daily.changed_top_3; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.effect_daily.changed_top_3 IS 'Share of searches, 0 to 1, whose first 3 hold a chunk that fusion had placed behind them.';

--
-- Name: COLUMN effect_daily.changed_top_10; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.effect_daily.changed_top_10 IS 'Share of searches, 0 to 1, whose first 10 hold a chunk that fusion had placed behind them.';

--
-- Name: COLUMN effect_daily.kendall_tau; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.effect_daily.kendall_tau IS 'Mean of Kendall''s tau-b between fused and final order over the reranked candidates: 1 the same, 0 unrelated, -1 reversed; null: no search had two.';

--
-- Name: COLUMN effect_daily.agreement; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.effect_daily.agreement IS 'Mean share of the reranker''s first 10 that the dense leg had among its first 50, 0 to 1; null: no dense leg.';

--
-- Name: eval_metric; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.eval_metric WITH (security_invoker='true') AS
 SELECT t.name AS tenant,
    m.eval_run_id AS evaluation_id,
    q.query,
    m.measure,
    m.value
   FROM ((pgrerank.eval_metric m
     JOIN pgrerank.eval_query q ON (((m.tenant_id = q.tenant_id) AND (m.eval_run_id = q.eval_run_id) AND (m.query_hash = q.query_hash))))
     JOIN pgrerank.tenant t ON ((m.tenant_id = t.id)));

ALTER VIEW pgrerank_analytics.eval_metric OWNER TO pgrerank_owner;

--
-- Name: VIEW eval_metric; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.eval_metric IS 'One row for each measure of each query of each stored evaluation.';

--
-- Name: COLUMN eval_metric.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_metric.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN eval_metric.evaluation_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_metric.evaluation_id IS 'Id of the evaluation.';

--
-- Name: COLUMN eval_metric.query; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_metric.query IS 'Text of the query.';

--
-- Name: COLUMN eval_metric.measure; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_metric.measure IS 'nDCG@10, RR@10, P@5, AP, R@100 (of the list before reranking) or Judged@10.';

--
-- Name: COLUMN eval_metric.value; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_metric.value IS 'Value of the measure, 0 to 1.';

--
-- Name: eval_query; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.eval_query WITH (security_invoker='true') AS
 SELECT t.name AS tenant,
    q.eval_run_id AS evaluation_id,
    q.query,
    q.status,
    q.total_ms,
    q.external_ids,
    q.grades,
    q.first_stage_grades,
    q.judged_grades
   FROM (pgrerank.eval_query q
     JOIN pgrerank.tenant t ON ((q.tenant_id = t.id)));

ALTER VIEW pgrerank_analytics.eval_query OWNER TO pgrerank_owner;

--
-- Name: VIEW eval_query; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.eval_query IS 'One row for each query of each stored evaluation, with the grades of what it found.';

--
-- Name: COLUMN eval_query.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_query.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN eval_query.evaluation_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_query.evaluation_id IS 'Id of the evaluation.';

--
-- Name: COLUMN eval_query.query; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_query.query IS 'Text of the query.';

--
-- Name: COLUMN eval_query.status; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_query.status IS 'What became of the rerank stage: full, partial, skipped or failed, as in rerank_log.';

--
-- Name: COLUMN eval_query.total_ms; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_query.total_ms IS 'Time of the whole search in milliseconds.';

--
-- Name: COLUMN eval_query.external_ids; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_query.external_ids IS 'The first 100 documents of the answer, in their order.';

--
-- Name: COLUMN eval_query.grades; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_query.grades IS 'Grades of all documents that were found, in the order of the answer; null inside: nobody judged it.';

--
-- Name: COLUMN eval_query.first_stage_grades; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_query.first_stage_grades IS 'The same in the order before reranking.';

--
-- Name: COLUMN eval_query.judged_grades; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_query.judged_grades IS 'Grades of all judged documents of the query, found or not, in no order.';

--
-- Name: eval_run; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.eval_run WITH (security_invoker='true') AS
 SELECT t.name AS tenant,
    c.name AS collection,
    r.id AS evaluation_id,
    r.created_at,
    r.label,
    r.judgments,
    r.strategy,
    r.knobs,
    e.name AS embedder,
    m.name AS reranker,
    m.fingerprint AS reranker_fingerprint,
    r.queries,
    r.p50_ms,
    r.p95_ms
   FROM ((((pgrerank.eval_run r
     JOIN pgrerank.tenant t ON ((r.tenant_id = t.id)))
     JOIN pgrerank.collection c ON (((r.tenant_id = c.tenant_id) AND (r.collection_id = c.id))))
     LEFT JOIN pgrerank.model e ON ((r.embedder_id = e.id)))
     LEFT JOIN pgrerank.model m ON ((r.reranker_id = m.id)));

ALTER VIEW pgrerank_analytics.eval_run OWNER TO pgrerank_owner;

--
-- Name: VIEW eval_run; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.eval_run IS 'One row for each stored evaluation: what was asked of the searches, and of which models. A collection that is deleted takes its evaluations along.';

--
-- Name: COLUMN eval_run.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_run.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN eval_run.collection; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_run.collection IS 'Name of the collection.';

--
-- Name: COLUMN eval_run.evaluation_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_run.evaluation_id IS 'Id of the evaluation.';

--
-- Name: COLUMN eval_run.created_at; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_run.created_at IS 'When it was made.';

--
-- Name: COLUMN eval_run.label; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_run.label IS 'What its maker calls it; several evaluations may share one; null: none.';

--
-- Name: COLUMN eval_run.judgments; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_run.judgments IS 'stored, or the name of the labelled folder that the judgments came from.';

--
-- Name: COLUMN eval_run.strategy; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_run.strategy IS 'Which legs found candidates: dense, keyword, hybrid or tiered.';

--
-- Name: COLUMN eval_run.knobs; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_run.knobs IS 'Settings as JSON: candidates, depth, rerank, cascade, profile, and under retrieval the settings of the first stage.';

--
-- Name: COLUMN eval_run.embedder; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_run.embedder IS 'Name of the embedder; null: none ran.';

--
-- Name: COLUMN eval_run.reranker; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_run.reranker IS 'Name of the reranker; null: none ran.';

--
-- Name: COLUMN eval_run.reranker_fingerprint; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_run.reranker_fingerprint IS 'Fingerprint of that model: models of one fingerprint give the same scores, scores of different ones must not be compared.';

--
-- Name: COLUMN eval_run.queries; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_run.queries IS 'How many queries were searched.';

--
-- Name: COLUMN eval_run.p50_ms; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_run.p50_ms IS 'Median time of a whole search in milliseconds.';

--
-- Name: COLUMN eval_run.p95_ms; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.eval_run.p95_ms IS '95th percentile of that time in milliseconds.';

--
-- Name: feedback; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.feedback WITH (security_invoker='true') AS
 SELECT t.name AS tenant,
    j.id AS judgment_id,
    j.created_at,
    c.name AS collection,
    j.query,
    j.external_id AS document_id,
    d.title,
    j.chunk_id,
    j.judged_by AS end_user_id,
    s.ranking_id,
    s.final_rank,
    s.fused_rank,
        CASE
            WHEN (j.source = 'click'::text) THEN 'clicked'::text
            WHEN (j.source = 'used'::text) THEN 'used'::text
            WHEN (j.grade > 0) THEN 'thumbs_up'::text
            ELSE 'thumbs_down'::text
        END AS event
   FROM ((((pgrerank.judgment j
     JOIN pgrerank.tenant t ON ((j.tenant_id = t.id)))
     JOIN pgrerank.collection c ON (((j.tenant_id = c.tenant_id) AND (j.collection_id = c.id))))
     LEFT JOIN pgrerank.document d ON (((j.tenant_id = d.tenant_id) AND (j.collection_id = d.collection_id) AND (j.external_id = d.external_id))))
     LEFT JOIN LATERAL ( SELECT l.id AS ranking_id,
            l.final_ranks[array_position(l.chunk_ids, j.chunk_id)] AS final_rank,
            l.fused_ranks[array_position(l.chunk_ids, j.chunk_id)] AS fused_rank
           FROM pgrerank.rerank_log l
          WHERE ((l.tenant_id = j.tenant_id) AND (l.created_at >= (j.created_at - '01:00:00'::interval)) AND (l.created_at <= j.created_at) AND (l.collection_id = j.collection_id) AND (l.query = j.query) AND (j.chunk_id = ANY (l.chunk_ids)))
          ORDER BY l.created_at DESC, l.id DESC
         LIMIT 1) s ON (true))
  WHERE (j.source = ANY (ARRAY['click'::text, 'used'::text, 'thumbs'::text]));

ALTER VIEW pgrerank_analytics.feedback OWNER TO pgrerank_owner;

--
-- Name: VIEW feedback; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.feedback IS 'One row for each time a user did something with a result. Reads the log of the hour before each: name an interval of created_at.';

--
-- Name: COLUMN feedback.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.feedback.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN feedback.judgment_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.feedback.judgment_id IS 'Id of the feedback; ids rise with time.';

--
-- Name: COLUMN feedback.created_at; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.feedback.created_at IS 'When it was stored; of a named user, when the same was stored last.';

--
-- Name: COLUMN feedback.collection; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.feedback.collection IS 'Name of the collection.';

--
-- Name: COLUMN feedback.query; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.feedback.query IS 'Text of the query.';

--
-- Name: COLUMN feedback.document_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.feedback.document_id IS 'Id of the document as its owner names it.';

--
-- Name: COLUMN feedback.title; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.feedback.title IS 'Title of the document, of today; null: the document is not stored.';

--
-- Name: COLUMN feedback.chunk_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.feedback.chunk_id IS 'Id of the chunk that was the result; null: imported feedback on a document.';

--
-- Name: COLUMN feedback.end_user_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.feedback.end_user_id IS 'Who, as the caller named them; null: not named.';

--
-- Name: COLUMN feedback.ranking_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.feedback.ranking_id IS 'Id of the latest search for the same query that retrieved the chunk in the hour before; null: none did.';

--
-- Name: COLUMN feedback.final_rank; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.feedback.final_rank IS 'Where that search ranked the chunk, from 1; null: no such search.';

--
-- Name: COLUMN feedback.fused_rank; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.feedback.fused_rank IS 'Where the first stage of that search ranked it, from 1; null: no such search.';

--
-- Name: COLUMN feedback.event; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.feedback.event IS 'What the user did: clicked, used, thumbs_up or thumbs_down.';

--
-- Name: judged_quality; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.judged_quality WITH (security_invoker='true') AS
 SELECT t.name AS tenant,
    c.name AS collection,
    m.name AS reranker,
    m.fingerprint AS reranker_fingerprint,
    q.counted_at,
    q.queries,
    q.ndcg_without,
    q.ndcg_with,
    q.calibrated_pairs,
    q.calibration_error,
    (q.ndcg_with - q.ndcg_without) AS lift
   FROM (((pgrerank.judged_quality q
     JOIN pgrerank.tenant t ON ((q.tenant_id = t.id)))
     JOIN pgrerank.model m ON ((q.reranker_id = m.id)))
     JOIN pgrerank.collection c ON (((q.tenant_id = c.tenant_id) AND (q.collection_id = c.id))));

ALTER VIEW pgrerank_analytics.judged_quality OWNER TO pgrerank_owner;

--
-- Name: VIEW judged_quality; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.judged_quality IS 'How good the searches of the last 28 days were where their queries are judged, by tenant, collection and reranker. Of each query the newest search counts. Counted by `pgrerank worker`.';

--
-- Name: COLUMN judged_quality.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_quality.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN judged_quality.collection; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_quality.collection IS 'Name of the collection.';

--
-- Name: COLUMN judged_quality.reranker; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_quality.reranker IS 'Name of the reranker.';

--
-- Name: COLUMN judged_quality.reranker_fingerprint; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_quality.reranker_fingerprint IS 'Fingerprint of that model: models of one fingerprint give the same scores, scores of different ones must not be compared.';

--
-- Name: COLUMN judged_quality.counted_at; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_quality.counted_at IS 'When the row was counted.';

--
-- Name: COLUMN judged_quality.queries; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_quality.queries IS 'Judged queries with a relevant document that were asked.';

--
-- Name: COLUMN judged_quality.ndcg_without; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_quality.ndcg_without IS 'Mean nDCG@10 of the fused order, 0 to 1.';

--
-- Name: COLUMN judged_quality.ndcg_with; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_quality.ndcg_with IS 'Mean nDCG@10 of the final order, 0 to 1.';

--
-- Name: COLUMN judged_quality.calibrated_pairs; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_quality.calibrated_pairs IS 'Judged results with a probability, of documents of which nothing was judged before their calibration was made.';

--
-- Name: COLUMN judged_quality.calibration_error; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_quality.calibration_error IS 'Expected calibration error over those pairs, ten bins of equal mass, 0 to 1; null: no such pairs. Only judged results count.';

--
-- Name: COLUMN judged_quality.lift; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_quality.lift IS 'ndcg_with less ndcg_without, -1 to 1.';

--
-- Name: judged_search; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.judged_search WITH (security_invoker='true') AS
 WITH graded AS (
         SELECT g.tenant_id,
            g.collection_id,
            g.query,
            g.external_id,
            (max(g.grade))::integer AS grade
           FROM pgrerank.judgment_grades_v1() g(tenant_id, collection_id, query, external_id, chunk_id, grade, judgments)
          GROUP BY g.tenant_id, g.collection_id, g.query, g.external_id
        ), judged AS (
         SELECT g.tenant_id,
            g.collection_id,
            g.query,
            array_agg(g.grade ORDER BY g.grade DESC) AS grades
           FROM graded g
          GROUP BY g.tenant_id, g.collection_id, g.query
        ), placed AS (
         SELECT l.tenant_id,
            l.created_at,
            l.id,
            l.collection_id,
            l.collection_name,
            l.query,
            l.strategy,
            l.status,
            l.depth,
            l.reranker_id,
            j.grades,
            d.external_id,
            min(u.fused_rank) AS fused_rank,
            min(u.final_rank) AS final_rank
           FROM ((((judged j
             JOIN pgrerank.rerank_log l ON (((j.tenant_id = l.tenant_id) AND (j.collection_id = l.collection_id) AND (j.query = l.query))))
             LEFT JOIN LATERAL UNNEST(l.chunk_ids, l.fused_ranks, l.final_ranks) u(chunk_id, fused_rank, final_rank) ON (true))
             LEFT JOIN pgrerank.chunk c ON (((l.tenant_id = c.tenant_id) AND (u.chunk_id = c.id))))
             LEFT JOIN pgrerank.document d ON (((c.tenant_id = d.tenant_id) AND (c.document_id = d.id))))
          WHERE (l.source = 'search'::text)
          GROUP BY l.tenant_id, l.created_at, l.id, l.collection_id, l.collection_name, l.query, l.strategy, l.status, l.depth, l.reranker_id, j.grades, d.external_id
        ), ordered AS (
         SELECT p.tenant_id,
            p.created_at,
            p.id,
            p.collection_name,
            p.query,
            p.strategy,
            p.status,
            p.depth,
            p.reranker_id,
            p.grades,
            COALESCE(array_agg(g.grade ORDER BY p.fused_rank) FILTER (WHERE (p.external_id IS NOT NULL)), '{}'::integer[]) AS fused_grades,
            COALESCE(array_agg(g.grade ORDER BY p.final_rank) FILTER (WHERE (p.external_id IS NOT NULL)), '{}'::integer[]) AS final_grades
           FROM (placed p
             LEFT JOIN graded g ON (((p.tenant_id = g.tenant_id) AND (p.collection_id = g.collection_id) AND (p.query = g.query) AND (p.external_id = g.external_id))))
          GROUP BY p.tenant_id, p.created_at, p.id, p.collection_name, p.query, p.strategy, p.status, p.depth, p.reranker_id, p.grades
        )
 SELECT t.name AS tenant,
    o.id AS ranking_id,
    o.created_at,
    o.collection_name AS collection,
    o.query,
    o.strategy,
    o.status,
    m.name AS reranker,
    m.fingerprint AS reranker_fingerprint,
    o.fused_grades,
    o.final_grades,
    o.grades AS judged_grades,
    (o.depth > 0) AS is_reranked
   FROM ((ordered o
     JOIN pgrerank.tenant t ON ((o.tenant_id = t.id)))
     LEFT JOIN pgrerank.model m ON ((o.reranker_id = m.id)));

ALTER VIEW pgrerank_analytics.judged_search OWNER TO pgrerank_owner;

--
-- Name: VIEW judged_search; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.judged_search IS 'One row for each search whose query was judged, with the grades of what it found, for the functions that measure an order. A document stands once in each order, with the best grade of itself and its chunks. Reads the log: name an interval of created_at.';

--
-- Name: COLUMN judged_search.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_search.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN judged_search.ranking_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_search.ranking_id IS 'Id of the search or ranking, as the answer carried it.';

--
-- Name: COLUMN judged_search.created_at; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_search.created_at IS 'When the search was made.';

--
-- Name: COLUMN judged_search.collection; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_search.collection IS 'Name of the collection as it was then.';

--
-- Name: COLUMN judged_search.query; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_search.query IS 'Text of the query.';

--
-- Name: COLUMN judged_search.strategy; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_search.strategy IS 'Which legs found candidates: dense, keyword, hybrid or tiered.';

--
-- Name: COLUMN judged_search.status; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_search.status IS 'What became of the rerank stage: full, partial, skipped or failed, as in rerank_log.';

--
-- Name: COLUMN judged_search.reranker; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_search.reranker IS 'Name of the reranker; null: none ran.';

--
-- Name: COLUMN judged_search.reranker_fingerprint; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_search.reranker_fingerprint IS 'Fingerprint of that model: models of one fingerprint give the same scores, scores of different ones must not be compared.';

--
-- Name: COLUMN judged_search.fused_grades; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_search.fused_grades IS 'Grades of the documents in the order of fusion, the first place first; null inside: nobody judged it.';

--
-- Name: COLUMN judged_search.final_grades; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_search.final_grades IS 'Grades of the documents in the order of the answer, the first place first; null inside: nobody judged it.';

--
-- Name: COLUMN judged_search.judged_grades; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_search.judged_grades IS 'Grades of all judged documents of the query, found or not, the highest first.';

--
-- Name: COLUMN judged_search.is_reranked; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judged_search.is_reranked IS 'Whether anything got a rerank score. Figures of reranking count these searches alone.';

--
-- Name: judgment; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.judgment WITH (security_invoker='true') AS
 SELECT t.name AS tenant,
    j.id AS judgment_id,
    j.created_at,
    c.name AS collection,
    j.query,
    j.external_id AS document_id,
    d.title,
    j.chunk_id,
    j.grade,
    j.source,
    j.judged_by
   FROM (((pgrerank.judgment j
     JOIN pgrerank.tenant t ON ((j.tenant_id = t.id)))
     JOIN pgrerank.collection c ON (((j.tenant_id = c.tenant_id) AND (j.collection_id = c.id))))
     LEFT JOIN pgrerank.document d ON (((j.tenant_id = d.tenant_id) AND (j.collection_id = d.collection_id) AND (j.external_id = d.external_id))));

ALTER VIEW pgrerank_analytics.judgment OWNER TO pgrerank_owner;

--
-- Name: VIEW judgment; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.judgment IS 'One row for each time somebody graded a document or chunk for a query. Conflicts are not resolved: judgment_grade does.';

--
-- Name: COLUMN judgment.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judgment.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN judgment.judgment_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judgment.judgment_id IS 'Id of the judgment; ids rise with time.';

--
-- Name: COLUMN judgment.created_at; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judgment.created_at IS 'When it was stored.';

--
-- Name: COLUMN judgment.collection; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judgment.collection IS 'Name of the collection.';

--
-- Name: COLUMN judgment.query; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judgment.query IS 'Text of the query that was judged.';

--
-- Name: COLUMN judgment.document_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judgment.document_id IS 'Id of the document as its owner names it.';

--
-- Name: COLUMN judgment.title; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judgment.title IS 'Title of the document, of today; null: the document is not stored.';

--
-- Name: COLUMN judgment.chunk_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judgment.chunk_id IS 'Id of the chunk that was judged; null: the document as a whole was.';

--
-- Name: COLUMN judgment.grade; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judgment.grade IS '0 (not relevant) to 3 (the best there is); 1 or more counts as relevant.';

--
-- Name: COLUMN judgment.source; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judgment.source IS 'How it came: human, llm (a language model), import, click, used, thumbs and the like.';

--
-- Name: COLUMN judgment.judged_by; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judgment.judged_by IS 'Who judged; null: not known.';

--
-- Name: judgment_grade; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.judgment_grade WITH (security_invoker='true') AS
 SELECT t.name AS tenant,
    c.name AS collection,
    g.query,
    g.external_id AS document_id,
    g.chunk_id,
    g.grade,
    g.judgments
   FROM ((pgrerank.judgment_grades_v1() g(tenant_id, collection_id, query, external_id, chunk_id, grade, judgments)
     JOIN pgrerank.tenant t ON ((g.tenant_id = t.id)))
     JOIN pgrerank.collection c ON (((g.tenant_id = c.tenant_id) AND (g.collection_id = c.id))));

ALTER VIEW pgrerank_analytics.judgment_grade OWNER TO pgrerank_owner;

--
-- Name: VIEW judgment_grade; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.judgment_grade IS 'One row for each judged query and document or chunk, conflicts resolved: the newest grade of each judge counts; judges who differ on relevance cancel out, else the lowest grade holds. Feedback of users and grades of language models are left out.';

--
-- Name: COLUMN judgment_grade.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judgment_grade.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN judgment_grade.collection; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judgment_grade.collection IS 'Name of the collection.';

--
-- Name: COLUMN judgment_grade.query; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judgment_grade.query IS 'Text of the query that was judged.';

--
-- Name: COLUMN judgment_grade.document_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judgment_grade.document_id IS 'Id of the document as its owner names it.';

--
-- Name: COLUMN judgment_grade.chunk_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judgment_grade.chunk_id IS 'Id of the chunk; null: the document as a whole was judged.';

--
-- Name: COLUMN judgment_grade.grade; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judgment_grade.grade IS '0 (not relevant) to 3; 1 or more counts as relevant.';

--
-- Name: COLUMN judgment_grade.judgments; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.judgment_grade.judgments IS 'How many judgments say so, 1 or more.';

--
-- Name: latency_daily; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.latency_daily WITH (security_invoker='true') AS
 SELECT t.name AS tenant,
    l.collection_name AS collection,
    s.stage,
    ((l.created_at AT TIME ZONE 'UTC'::text))::date AS day,
    count(*) AS searches,
    percentile_cont((0.5)::double precision) WITHIN GROUP (ORDER BY (s.ms)::double precision) AS p50_ms,
    percentile_cont((0.95)::double precision) WITHIN GROUP (ORDER BY (s.ms)::double precision) AS p95_ms,
    max((s.ms)::double precision) AS max_ms
   FROM ((pgrerank.rerank_log l
     CROSS JOIN LATERAL jsonb_each_text(l.timings_ms) s(stage, ms))
     JOIN pgrerank.tenant t ON ((l.tenant_id = t.id)))
  WHERE ((s.stage <> 'rerank'::text) OR (l.depth > 0))
  GROUP BY t.name, l.collection_name, (((l.created_at AT TIME ZONE 'UTC'::text))::date), s.stage;

ALTER VIEW pgrerank_analytics.latency_daily OWNER TO pgrerank_owner;

--
-- Name: VIEW latency_daily; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.latency_daily IS 'Time of searches by tenant, collection, day and stage. Reads the log: name an interval of day.';

--
-- Name: COLUMN latency_daily.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.latency_daily.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN latency_daily.collection; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.latency_daily.collection IS 'Name of the collection as it was then, also where it has been deleted since; null: the caller supplied the documents and named none.';

--
-- Name: COLUMN latency_daily.stage; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.latency_daily.stage IS 'Stage of a search, such as lookup, embed, retrieve, rerank, order or total.';

--
-- Name: COLUMN latency_daily.day; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.latency_daily.day IS 'Day in UTC.';

--
-- Name: COLUMN latency_daily.searches; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.latency_daily.searches IS 'Searches that had this stage; for rerank, those in which something got a rerank score.';

--
-- Name: COLUMN latency_daily.p50_ms; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.latency_daily.p50_ms IS 'Median time in milliseconds.';

--
-- Name: COLUMN latency_daily.p95_ms; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.latency_daily.p95_ms IS '95th percentile of the time in milliseconds.';

--
-- Name: COLUMN latency_daily.max_ms; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.latency_daily.max_ms IS 'Longest time in milliseconds.';

--
-- Name: ranking; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.ranking WITH (security_invoker='true') AS
 SELECT t.name AS tenant,
    l.id AS ranking_id,
    l.created_at,
    l.dialect,
    l.collection_name AS collection,
    l.query,
    l.key_id,
    l.end_user_id,
    l.status,
    l.reason,
    l.warnings,
    l.depth AS scored,
    l.returned,
    r.name AS reranker,
    r.fingerprint AS reranker_fingerprint,
    l.calibration_id,
    l.answerable AS answerable_probability,
    ((l.knobs ->> 'documents'::text))::integer AS documents,
    ((l.knobs ->> 'tokens'::text))::bigint AS tokens,
    (l.document_texts IS NOT NULL) AS keeps_texts,
    ((l.timings_ms ->> 'rerank'::text))::double precision AS rerank_ms,
    ((l.timings_ms ->> 'total'::text))::double precision AS total_ms
   FROM ((pgrerank.rerank_log l
     JOIN pgrerank.tenant t ON ((l.tenant_id = t.id)))
     LEFT JOIN pgrerank.model r ON ((l.reranker_id = r.id)))
  WHERE (l.document_hashes IS NOT NULL);

ALTER VIEW pgrerank_analytics.ranking OWNER TO pgrerank_owner;

--
-- Name: VIEW ranking; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.ranking IS 'One row for each ranking of documents that a caller supplied, by POST /v1/rankings or a compatible API. The searches of collections are in rerank_log alone.';

--
-- Name: COLUMN ranking.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN ranking.ranking_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.ranking_id IS 'Id of the search or ranking, as the answer carried it.';

--
-- Name: COLUMN ranking.created_at; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.created_at IS 'When the ranking was made. Name an interval of it: only its months are read.';

--
-- Name: COLUMN ranking.dialect; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.dialect IS 'native, or the system whose API the caller speaks: cohere, jina, voyage, tei, infinity or vllm.';

--
-- Name: COLUMN ranking.collection; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.collection IS 'Name of the collection whose settings the caller asked for; null: none.';

--
-- Name: COLUMN ranking.query; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.query IS 'Text of the query.';

--
-- Name: COLUMN ranking.key_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.key_id IS 'Id of the API key that asked, as `pgrerank key list` shows it; null: the command line asked.';

--
-- Name: COLUMN ranking.end_user_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.end_user_id IS 'The caller''s own user, 1 to 200 characters, as the caller named them; null: not named.';

--
-- Name: COLUMN ranking.status; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.status IS 'full, partial, skipped or failed, as in rerank_log. failed, and skipped without a budget, are rankings that were refused with an error.';

--
-- Name: COLUMN ranking.reason; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.reason IS 'Why the status is not full, in words; null where it is.';

--
-- Name: COLUMN ranking.warnings; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.warnings IS 'Reasons to distrust the order, in words, such as a query that the models cannot read; usually empty.';

--
-- Name: COLUMN ranking.scored; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.scored IS 'How many documents got a rerank score.';

--
-- Name: COLUMN ranking.returned; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.returned IS 'How many results the answer held.';

--
-- Name: COLUMN ranking.reranker; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.reranker IS 'Name of the reranker; null: none ran.';

--
-- Name: COLUMN ranking.reranker_fingerprint; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.reranker_fingerprint IS 'Fingerprint of that model: models of one fingerprint give the same scores, scores of different ones must not be compared.';

--
-- Name: COLUMN ranking.calibration_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.calibration_id IS 'Id of the calibration that was applied; null: none.';

--
-- Name: COLUMN ranking.answerable_probability; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.answerable_probability IS 'Probability that at least one document is relevant, 0 to 1; null: no calibration gives it.';

--
-- Name: COLUMN ranking.documents; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.documents IS 'How many documents the caller supplied.';

--
-- Name: COLUMN ranking.tokens; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.tokens IS 'Tokens that the reranker read in all pairs; 0: it does not tell.';

--
-- Name: COLUMN ranking.keeps_texts; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.keeps_texts IS 'Whether ranking_document has the texts of the documents.';

--
-- Name: COLUMN ranking.rerank_ms; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.rerank_ms IS 'Time to rerank in milliseconds.';

--
-- Name: COLUMN ranking.total_ms; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking.total_ms IS 'Time of the whole ranking in milliseconds.';

--
-- Name: ranking_document; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.ranking_document WITH (security_invoker='true') AS
 SELECT t.name AS tenant,
    l.id AS ranking_id,
    l.created_at,
    l.dialect,
    l.collection_name AS collection,
    l.query,
    u.final_rank,
    u.rerank_score,
    u.relevance,
    u.truncated,
    u.text,
    (u.place - 1) AS index,
    encode(u.content_hash, 'hex'::text) AS content_hash,
    COALESCE(u.boost, (0)::double precision) AS boost
   FROM ((pgrerank.rerank_log l
     CROSS JOIN LATERAL UNNEST(l.final_ranks, l.fused_ranks, l.rerank_scores, l.relevances, l.boosts, l.truncated, l.document_hashes, l.document_texts) u(final_rank, place, rerank_score, relevance, boost, truncated, content_hash, text))
     JOIN pgrerank.tenant t ON ((l.tenant_id = t.id)))
  WHERE (l.document_hashes IS NOT NULL);

ALTER VIEW pgrerank_analytics.ranking_document OWNER TO pgrerank_owner;

--
-- Name: VIEW ranking_document; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.ranking_document IS 'One row for each document of each ranking of documents that a caller supplied. Rankings that were refused have none.';

--
-- Name: COLUMN ranking_document.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking_document.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN ranking_document.ranking_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking_document.ranking_id IS 'Id of the search or ranking, as the answer carried it.';

--
-- Name: COLUMN ranking_document.created_at; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking_document.created_at IS 'When the ranking was made. Name an interval of it: only its months are read.';

--
-- Name: COLUMN ranking_document.dialect; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking_document.dialect IS 'native, or the system whose API the caller speaks.';

--
-- Name: COLUMN ranking_document.collection; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking_document.collection IS 'Name of the collection whose settings the caller asked for; null: none.';

--
-- Name: COLUMN ranking_document.query; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking_document.query IS 'Text of the query.';

--
-- Name: COLUMN ranking_document.final_rank; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking_document.final_rank IS 'Place in the new order, from 1.';

--
-- Name: COLUMN ranking_document.rerank_score; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking_document.rerank_score IS 'Raw score of the reranker, in the unit of its model; null: not reranked.';

--
-- Name: COLUMN ranking_document.relevance; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking_document.relevance IS 'Probability of relevance as it was served, 0 to 1; null: no calibration.';

--
-- Name: COLUMN ranking_document.truncated; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking_document.truncated IS 'Whether the reranker read only the beginning of the text.';

--
-- Name: COLUMN ranking_document.text; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking_document.text IS 'Text that the reranker read; null: the tenant keeps no texts.';

--
-- Name: COLUMN ranking_document.index; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking_document.index IS 'Place in the caller''s order, from 0.';

--
-- Name: COLUMN ranking_document.content_hash; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking_document.content_hash IS 'SHA-256 of that text in hexadecimal digits: equal texts have equal hashes.';

--
-- Name: COLUMN ranking_document.boost; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.ranking_document.boost IS 'What terms of the collection added to the score that orders; 0: nothing.';

--
-- Name: reference_run; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.reference_run WITH (security_invoker='true') AS
 SELECT t.name AS tenant,
    s.name AS reference_set,
    r.id AS run_id,
    r.created_at,
    m.name AS reranker,
    m.fingerprint AS reranker_fingerprint,
    m."precision" AS reranker_precision,
    r.environment,
    r.verdict,
    r.compared_with_id,
    r.largest_change,
    r.noise,
    r.beyond_noise,
    r.truncation_changes,
    r.kendall_tau,
    r.message,
    r.scores,
    r.truncated,
    cardinality(r.scores) AS pairs
   FROM (((pgrerank.reference_run r
     JOIN pgrerank.reference_set s ON (((r.tenant_id = s.tenant_id) AND (r.reference_set_id = s.id))))
     JOIN pgrerank.tenant t ON ((r.tenant_id = t.id)))
     JOIN pgrerank.model m ON ((r.model_id = m.id)));

ALTER VIEW pgrerank_analytics.reference_run OWNER TO pgrerank_owner;

--
-- Name: VIEW reference_run; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.reference_run IS 'One row for each time a reference set, a fixed set of pairs, was scored, and what changed since the time before.';

--
-- Name: COLUMN reference_run.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.reference_run.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN reference_run.reference_set; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.reference_run.reference_set IS 'Name of the reference set.';

--
-- Name: COLUMN reference_run.run_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.reference_run.run_id IS 'Id of this scoring.';

--
-- Name: COLUMN reference_run.created_at; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.reference_run.created_at IS 'When it was scored.';

--
-- Name: COLUMN reference_run.reranker; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.reference_run.reranker IS 'Name of the reranker that scored.';

--
-- Name: COLUMN reference_run.reranker_fingerprint; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.reference_run.reranker_fingerprint IS 'Fingerprint of that model: models of one fingerprint give the same scores, scores of different ones must not be compared.';

--
-- Name: COLUMN reference_run.reranker_precision; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.reference_run.reranker_precision IS 'Precision of its numbers, such as fp32, bf16 or int8.';

--
-- Name: COLUMN reference_run.environment; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.reference_run.environment IS 'Versions of libraries, the processor and more, as JSON.';

--
-- Name: COLUMN reference_run.verdict; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.reference_run.verdict IS 'first; same; changed: the same model gave other scores; other model.';

--
-- Name: COLUMN reference_run.compared_with_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.reference_run.compared_with_id IS 'Id of the run before; null: the first of these pairs.';

--
-- Name: COLUMN reference_run.largest_change; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.reference_run.largest_change IS 'Largest difference of a score, in the unit of the model; null: nothing to compare.';

--
-- Name: COLUMN reference_run.noise; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.reference_run.noise IS 'How large a difference is mere noise, in the unit of the model; null: nothing to compare.';

--
-- Name: COLUMN reference_run.beyond_noise; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.reference_run.beyond_noise IS 'Pairs whose scores differ by more than the noise.';

--
-- Name: COLUMN reference_run.truncation_changes; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.reference_run.truncation_changes IS 'Pairs of which more or less was read than before.';

--
-- Name: COLUMN reference_run.kendall_tau; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.reference_run.kendall_tau IS 'Rank correlation of the two runs over all pairs, -1 to 1; null: nothing to compare.';

--
-- Name: COLUMN reference_run.message; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.reference_run.message IS 'What happened, in a sentence.';

--
-- Name: COLUMN reference_run.scores; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.reference_run.scores IS 'Raw score of each pair, in their order; null inside: it failed.';

--
-- Name: COLUMN reference_run.truncated; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.reference_run.truncated IS 'Whether the reranker read only the beginning, of each pair.';

--
-- Name: COLUMN reference_run.pairs; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.reference_run.pairs IS 'How many pairs the set has.';

--
-- Name: related_document; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.related_document WITH (security_invoker='true') AS
 SELECT t.name AS tenant,
    c.name AS collection,
    d.external_id AS document,
    d.title,
    u.place AS related_rank,
    o.external_id AS related,
    o.title AS related_title,
    u.score,
    m.name AS model,
    l.renewed_at,
    ((l.due_revision <= l.list_revision) AND (l.text_hash = d.text_hash)) AS is_fresh
   FROM ((((((((pgrerank.related_list l
     JOIN pgrerank.enrichment e ON (((l.tenant_id = e.tenant_id) AND (l.collection_id = e.collection_id))))
     JOIN pgrerank.collection c ON (((l.tenant_id = c.tenant_id) AND (l.collection_id = c.id))))
     JOIN pgrerank.tenant t ON ((l.tenant_id = t.id)))
     JOIN pgrerank.model m ON ((e.reranker_id = m.id)))
     JOIN pgrerank.document d ON (((l.tenant_id = d.tenant_id) AND (l.document_id = d.id))))
     CROSS JOIN LATERAL UNNEST(l.numbers, l.scores) WITH ORDINALITY u(number, score, place))
     JOIN pgrerank.related_list r ON (((l.tenant_id = r.tenant_id) AND (l.collection_id = r.collection_id) AND (u.number = r.number))))
     JOIN pgrerank.document o ON (((r.tenant_id = o.tenant_id) AND (r.document_id = o.id))));

ALTER VIEW pgrerank_analytics.related_document OWNER TO pgrerank_owner;

--
-- Name: VIEW related_document; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.related_document IS 'One row for each document in the list of documents related to another, in collections that `pgrerank enrich` keeps. Name a document or a rank: a list has up to 1,000 rows.';

--
-- Name: COLUMN related_document.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.related_document.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN related_document.collection; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.related_document.collection IS 'Name of the collection.';

--
-- Name: COLUMN related_document.document; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.related_document.document IS 'Id of the document whose list it is, as its owner names it.';

--
-- Name: COLUMN related_document.title; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.related_document.title IS 'Title of that document.';

--
-- Name: COLUMN related_document.related_rank; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.related_document.related_rank IS 'Place in the list, from 1; a deleted document leaves a gap until the list is renewed.';

--
-- Name: COLUMN related_document.related; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.related_document.related IS 'Id of the related document.';

--
-- Name: COLUMN related_document.related_title; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.related_document.related_title IS 'Title of the related document.';

--
-- Name: COLUMN related_document.score; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.related_document.score IS 'Score of the related document for the document as query, in the unit of the model.';

--
-- Name: COLUMN related_document.model; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.related_document.model IS 'Name of the model that the scores are from.';

--
-- Name: COLUMN related_document.renewed_at; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.related_document.renewed_at IS 'When the list was stored.';

--
-- Name: COLUMN related_document.is_fresh; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.related_document.is_fresh IS 'Whether no change is known that may affect the list.';

--
-- Name: rerank_candidate; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.rerank_candidate WITH (security_invoker='true') AS
 SELECT t.name AS tenant,
    l.id AS ranking_id,
    l.created_at,
    l.collection_name AS collection,
    l.query,
    u.final_rank,
    u.fused_rank,
    u.fused_score,
    u.dense_rank,
    u.dense_score,
    u.keyword_rank,
    u.keyword_score,
    u.sparse_rank,
    u.sparse_score,
    u.cascade_score,
    u.rerank_score,
    u.base_part,
    u.reranker_part,
    u.similarity_part,
    u.words_part,
    u.agreement_part,
    u.relevance,
    u.truncated,
    u.chunk_id,
    d.external_id AS document_id,
    d.title,
    c.ordinal,
    c.content,
    COALESCE(u.boost, (0)::double precision) AS boost,
    (((((u.base_part + u.reranker_part) + u.similarity_part) + u.words_part) + u.agreement_part) + COALESCE(u.boost, (0)::double precision)) AS log_odds
   FROM ((((pgrerank.rerank_log l
     CROSS JOIN LATERAL UNNEST(l.chunk_ids, l.dense_ranks, l.dense_scores, l.keyword_ranks, l.keyword_scores, l.sparse_ranks, l.sparse_scores, l.fused_ranks, l.fused_scores, l.cascade_scores, l.rerank_scores, l.base_parts, l.reranker_parts, l.similarity_parts, l.words_parts, l.agreement_parts, l.boosts, l.relevances, l.truncated, l.final_ranks) u(chunk_id, dense_rank, dense_score, keyword_rank, keyword_score, sparse_rank, sparse_score, fused_rank, fused_score, cascade_score, rerank_score, base_part, reranker_part, similarity_part, words_part, agreement_part, boost, relevance, truncated, final_rank))
     JOIN pgrerank.tenant t ON ((l.tenant_id = t.id)))
     LEFT JOIN pgrerank.chunk c ON (((l.tenant_id = c.tenant_id) AND (u.chunk_id = c.id))))
     LEFT JOIN pgrerank.document d ON (((c.tenant_id = d.tenant_id) AND (c.document_id = d.id))));

ALTER VIEW pgrerank_analytics.rerank_candidate OWNER TO pgrerank_owner;

--
-- Name: VIEW rerank_candidate; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.rerank_candidate IS 'One row for each candidate of each search, with the places and scores that every stage gave it. Ranks count from 1. A rank or score is null where its stage did not see the candidate. Reads the log: name an interval of created_at.';

--
-- Name: COLUMN rerank_candidate.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN rerank_candidate.ranking_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.ranking_id IS 'Id of the search or ranking, as the answer carried it.';

--
-- Name: COLUMN rerank_candidate.created_at; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.created_at IS 'When the search was made.';

--
-- Name: COLUMN rerank_candidate.collection; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.collection IS 'Name of the collection as it was then, also where it has been deleted since; null: the caller supplied the documents and named none.';

--
-- Name: COLUMN rerank_candidate.query; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.query IS 'Text of the query.';

--
-- Name: COLUMN rerank_candidate.final_rank; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.final_rank IS 'Place in the final order. Only the first result_limit that no threshold removed reached the caller.';

--
-- Name: COLUMN rerank_candidate.fused_rank; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.fused_rank IS 'Place after fusion; of supplied documents, their place in the caller''s order.';

--
-- Name: COLUMN rerank_candidate.fused_score; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.fused_score IS 'Score after fusion: with rrf the sum of weight / (k + rank) over the legs, with weighted the sum of weight times the scaled score.';

--
-- Name: COLUMN rerank_candidate.dense_rank; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.dense_rank IS 'Place in the dense leg; null: it did not find the chunk.';

--
-- Name: COLUMN rerank_candidate.dense_score; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.dense_score IS 'Cosine similarity of query and chunk, -1 to 1; null: the dense leg did not find the chunk.';

--
-- Name: COLUMN rerank_candidate.keyword_rank; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.keyword_rank IS 'Place in the keyword leg; null: it did not find the chunk.';

--
-- Name: COLUMN rerank_candidate.keyword_score; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.keyword_score IS 'BM25 score, above 0; null: the keyword leg did not find the chunk.';

--
-- Name: COLUMN rerank_candidate.sparse_rank; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.sparse_rank IS 'Place in the sparse leg; null: it did not find the chunk.';

--
-- Name: COLUMN rerank_candidate.sparse_score; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.sparse_score IS 'Inner product of the learned weights, above 0; null: the sparse leg did not find the chunk.';

--
-- Name: COLUMN rerank_candidate.cascade_score; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.cascade_score IS 'Raw score of the first step of a cascade, in the unit of its model; null: not scored there.';

--
-- Name: COLUMN rerank_candidate.rerank_score; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.rerank_score IS 'Raw score of the reranker, in the unit of its model; null: not reranked.';

--
-- Name: COLUMN rerank_candidate.base_part; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.base_part IS 'Log-odds of relevance of an average candidate; null: not reranked, or a supplied document to which no calibration was applied.';

--
-- Name: COLUMN rerank_candidate.reranker_part; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.reranker_part IS 'What the rerank score adds to the log-odds of relevance; null as base_part.';

--
-- Name: COLUMN rerank_candidate.similarity_part; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.similarity_part IS 'What the cosine similarity adds to the log-odds; null as base_part.';

--
-- Name: COLUMN rerank_candidate.words_part; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.words_part IS 'What BM25 adds to the log-odds; null as base_part.';

--
-- Name: COLUMN rerank_candidate.agreement_part; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.agreement_part IS 'What the similarity to the best candidates adds to the log-odds; null as base_part.';

--
-- Name: COLUMN rerank_candidate.relevance; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.relevance IS 'Probability of relevance as it was served, 0 to 1; never rises with final_rank, unless the search asked for diversity; null: no calibration.';

--
-- Name: COLUMN rerank_candidate.truncated; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.truncated IS 'Whether the reranker read only the beginning of the text.';

--
-- Name: COLUMN rerank_candidate.chunk_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.chunk_id IS 'Id of the chunk; null: the caller supplied the document.';

--
-- Name: COLUMN rerank_candidate.document_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.document_id IS 'Id of the document as its owner names it, of today; null: the chunk was deleted or replaced since, or the caller supplied the document.';

--
-- Name: COLUMN rerank_candidate.title; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.title IS 'Title of the document, of today; null as document_id.';

--
-- Name: COLUMN rerank_candidate.ordinal; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.ordinal IS 'Place of the chunk in its document, from 0, of today; null as document_id.';

--
-- Name: COLUMN rerank_candidate.content; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.content IS 'Text of the chunk, of today; null as document_id.';

--
-- Name: COLUMN rerank_candidate.boost; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.boost IS 'What terms and fields of the collection added to the log-odds or, where there are none, to the rerank score; 0: nothing.';

--
-- Name: COLUMN rerank_candidate.log_odds; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_candidate.log_odds IS 'Log-odds of relevance, which order the reranked candidates: the sum of the parts and of boost; null as base_part.';

--
-- Name: rerank_log; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.rerank_log WITH (security_invoker='true') AS
 SELECT t.name AS tenant,
    l.id AS ranking_id,
    l.created_at,
    l.collection_name AS collection,
    l.query,
    l.key_id,
    l.end_user_id,
    l.strategy,
    l.profile,
    l.status,
    l.reason,
    l.warnings,
    l.depth AS scored,
    l.returned,
    e.name AS embedder,
    r.name AS reranker,
    r.fingerprint AS reranker_fingerprint,
    f.name AS cascade_model,
    f.fingerprint AS cascade_fingerprint,
    l.dense_requested,
    l.dense_returned,
    l.dense_scan,
    l.keyword_requested,
    l.keyword_returned,
    l.keyword_scan,
    l.sparse_requested,
    l.sparse_returned,
    l.sparse_scan,
    l.limit_ AS result_limit,
    l.knobs,
    ((l.knobs ->> 'candidates'::text))::integer AS candidates,
    ((l.knobs ->> 'depth'::text))::integer AS depth,
    NULLIF((l.knobs -> 'filter'::text), 'null'::jsonb) AS filter,
    ((l.cut ->> 'min_similarity'::text))::integer AS cut_min_similarity,
    ((l.cut ->> 'min_score'::text))::integer AS cut_min_score,
    COALESCE(((l.cut ->> 'per_document'::text))::integer, 0) AS cut_per_document,
    ((l.timings_ms ->> 'embed'::text))::double precision AS embed_ms,
    ((l.timings_ms ->> 'retrieve'::text))::double precision AS retrieve_ms,
        CASE
            WHEN (l.depth > 0) THEN ((l.timings_ms ->> 'rerank'::text))::double precision
            ELSE NULL::double precision
        END AS rerank_ms,
    ((l.timings_ms ->> 'total'::text))::double precision AS total_ms
   FROM ((((pgrerank.rerank_log l
     JOIN pgrerank.tenant t ON ((l.tenant_id = t.id)))
     LEFT JOIN pgrerank.model e ON ((l.embedder_id = e.id)))
     LEFT JOIN pgrerank.model r ON ((l.reranker_id = r.id)))
     LEFT JOIN pgrerank.model f ON ((l.cascade_id = f.id)));

ALTER VIEW pgrerank_analytics.rerank_log OWNER TO pgrerank_owner;

--
-- Name: VIEW rerank_log; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.rerank_log IS 'One row for each search, and for each ranking of documents that a caller supplied. Ranks count from 1, times are milliseconds. Partitioned by month: name an interval of created_at.';

--
-- Name: COLUMN rerank_log.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN rerank_log.ranking_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.ranking_id IS 'Id of the search or ranking, as the answer carried it.';

--
-- Name: COLUMN rerank_log.created_at; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.created_at IS 'When the search was made. Name an interval of it: only its months are read.';

--
-- Name: COLUMN rerank_log.collection; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.collection IS 'Name of the collection as it was then, also where it has been deleted since; null: the caller supplied the documents and named none.';

--
-- Name: COLUMN rerank_log.query; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.query IS 'Text of the query.';

--
-- Name: COLUMN rerank_log.key_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.key_id IS 'Id of the API key that asked, as `pgrerank key list` shows it; null: the command line asked.';

--
-- Name: COLUMN rerank_log.end_user_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.end_user_id IS 'The caller''s own user, 1 to 200 characters, as the caller named them; null: not named.';

--
-- Name: COLUMN rerank_log.strategy; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.strategy IS 'Which legs found candidates: dense, keyword, hybrid or tiered; none: the caller supplied the documents.';

--
-- Name: COLUMN rerank_log.profile; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.profile IS 'interactive or batch, as asked; none: the caller supplied the documents.';

--
-- Name: COLUMN rerank_log.status; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.status IS 'What became of the rerank stage. full: all of depth was reranked; partial: the time budget ended before; skipped: nothing was reranked; failed: the reranker failed.';

--
-- Name: COLUMN rerank_log.reason; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.reason IS 'Why the status is not full, in words; null where it is.';

--
-- Name: COLUMN rerank_log.warnings; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.warnings IS 'Reasons to distrust the order, in words, such as a query that the models cannot read; usually empty.';

--
-- Name: COLUMN rerank_log.scored; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.scored IS 'How many candidates got a rerank score, 0 or more.';

--
-- Name: COLUMN rerank_log.returned; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.returned IS 'How many results the answer held, 0 or more.';

--
-- Name: COLUMN rerank_log.embedder; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.embedder IS 'Name of the embedder; null: no dense leg ran.';

--
-- Name: COLUMN rerank_log.reranker; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.reranker IS 'Name of the reranker; null: none ran.';

--
-- Name: COLUMN rerank_log.reranker_fingerprint; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.reranker_fingerprint IS 'Fingerprint of that model: models of one fingerprint give the same scores, scores of different ones must not be compared.';

--
-- Name: COLUMN rerank_log.cascade_model; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.cascade_model IS 'Name of the model of the first step of a cascade; null: there was no cascade.';

--
-- Name: COLUMN rerank_log.cascade_fingerprint; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.cascade_fingerprint IS 'Fingerprint of the cascade model.';

--
-- Name: COLUMN rerank_log.dense_requested; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.dense_requested IS 'Rows asked of the dense leg; null: the leg was off.';

--
-- Name: COLUMN rerank_log.dense_returned; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.dense_returned IS 'Rows that the dense leg gave; null: the leg was off.';

--
-- Name: COLUMN rerank_log.dense_scan; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.dense_scan IS 'How the dense leg read: exact (all vectors) or hnsw (an index); null: the leg was off.';

--
-- Name: COLUMN rerank_log.keyword_requested; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.keyword_requested IS 'Rows asked of the keyword leg; null: the leg was off.';

--
-- Name: COLUMN rerank_log.keyword_returned; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.keyword_returned IS 'Rows that the keyword leg gave; null: the leg was off.';

--
-- Name: COLUMN rerank_log.keyword_scan; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.keyword_scan IS 'How the keyword leg read: gin (an index), `no terms` where the query held stop words only, `gin, phrases relaxed` where no text held its phrases; null: the leg was off.';

--
-- Name: COLUMN rerank_log.sparse_requested; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.sparse_requested IS 'Rows asked of the sparse leg; null: the query had no weights.';

--
-- Name: COLUMN rerank_log.sparse_returned; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.sparse_returned IS 'Rows that the sparse leg gave; null: the query had no weights.';

--
-- Name: COLUMN rerank_log.sparse_scan; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.sparse_scan IS 'How the sparse leg read: exact, or no weights where no chunk has some; null: the query had no weights.';

--
-- Name: COLUMN rerank_log.result_limit; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.result_limit IS 'How many results were asked for at most.';

--
-- Name: COLUMN rerank_log.knobs; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.knobs IS 'All settings of the search as they were applied, as JSON.';

--
-- Name: COLUMN rerank_log.candidates; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.candidates IS 'Rows asked of each leg, 1 to 1,000; null: the caller supplied the documents.';

--
-- Name: COLUMN rerank_log.depth; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.depth IS 'How many candidates were to be reranked, 0 to 1,000; scored says how many were.';

--
-- Name: COLUMN rerank_log.filter; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.filter IS 'Filter on metadata, as JSON; null: none.';

--
-- Name: COLUMN rerank_log.cut_min_similarity; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.cut_min_similarity IS 'Candidates of the dense leg that min_similarity removed.';

--
-- Name: COLUMN rerank_log.cut_min_score; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.cut_min_score IS 'Candidates that min_score removed.';

--
-- Name: COLUMN rerank_log.cut_per_document; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.cut_per_document IS 'Candidates that per_document removed: better chunks of their document were results.';

--
-- Name: COLUMN rerank_log.embed_ms; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.embed_ms IS 'Time to embed the query; null: nothing was embedded.';

--
-- Name: COLUMN rerank_log.retrieve_ms; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.retrieve_ms IS 'Time of the legs and their fusion; null: nothing was retrieved.';

--
-- Name: COLUMN rerank_log.rerank_ms; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.rerank_ms IS 'Time to rerank; null: nothing got a rerank score.';

--
-- Name: COLUMN rerank_log.total_ms; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_log.total_ms IS 'Time of the whole search.';

--
-- Name: rerank_relevance; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.rerank_relevance WITH (security_invoker='true') AS
 SELECT t.name AS tenant,
    l.id AS ranking_id,
    l.created_at,
    l.collection_name AS collection,
    l.query,
    l.calibration_id,
    l.answerable AS answerable_probability,
    l.returned,
    (l.knobs ->> 'threshold'::text) AS threshold,
    ((l.knobs ->> 'min_relevance'::text))::double precision AS min_relevance,
    ((l.cut ->> 'min_relevance'::text))::integer AS cut_min_relevance,
    ((l.cut ->> 'threshold'::text))::integer AS cut_threshold,
    ( SELECT max(u.relevance) AS max
           FROM unnest(l.relevances) u(relevance)) AS best_relevance
   FROM (pgrerank.rerank_log l
     JOIN pgrerank.tenant t ON ((l.tenant_id = t.id)))
  WHERE (l.calibration_id IS NOT NULL);

ALTER VIEW pgrerank_analytics.rerank_relevance OWNER TO pgrerank_owner;

--
-- Name: VIEW rerank_relevance; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.rerank_relevance IS 'One row for each search whose scores a calibration turned into probabilities. Reads the log: name an interval of created_at.';

--
-- Name: COLUMN rerank_relevance.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_relevance.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN rerank_relevance.ranking_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_relevance.ranking_id IS 'Id of the search or ranking, as the answer carried it.';

--
-- Name: COLUMN rerank_relevance.created_at; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_relevance.created_at IS 'When the search was made.';

--
-- Name: COLUMN rerank_relevance.collection; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_relevance.collection IS 'Name of the collection as it was then, also where it has been deleted since; null: the caller supplied the documents and named none.';

--
-- Name: COLUMN rerank_relevance.query; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_relevance.query IS 'Text of the query.';

--
-- Name: COLUMN rerank_relevance.calibration_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_relevance.calibration_id IS 'Id of the calibration that was applied. It may have been deleted since.';

--
-- Name: COLUMN rerank_relevance.answerable_probability; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_relevance.answerable_probability IS 'Probability that at least one candidate is relevant, 0 to 1; null: the calibration does not give it.';

--
-- Name: COLUMN rerank_relevance.returned; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_relevance.returned IS 'How many results the answer held.';

--
-- Name: COLUMN rerank_relevance.threshold; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_relevance.threshold IS 'Name of the threshold that was asked for; null: none.';

--
-- Name: COLUMN rerank_relevance.min_relevance; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_relevance.min_relevance IS 'Lowest probability that was asked for, 0 to 1; null: none.';

--
-- Name: COLUMN rerank_relevance.cut_min_relevance; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_relevance.cut_min_relevance IS 'Candidates that min_relevance removed.';

--
-- Name: COLUMN rerank_relevance.cut_threshold; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_relevance.cut_threshold IS 'Candidates that the named threshold removed.';

--
-- Name: COLUMN rerank_relevance.best_relevance; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.rerank_relevance.best_relevance IS 'Highest probability of a candidate, 0 to 1; null: none has one.';

--
-- Name: score_daily; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.score_daily WITH (security_invoker='true') AS
 WITH counted AS (
         SELECT d_1.tenant_id,
            d_1.day,
            d_1.reranker_id,
            d_1.collection_name,
            d_1.counted_at,
            d_1.searches,
            d_1.partial_searches,
            d_1.skipped_searches,
            d_1.failed_searches,
            d_1.pairs,
            d_1.truncated_pairs,
            d_1.changed_top_10,
            d_1.shift_sum,
            d_1.agreement_searches,
            d_1.agreement_sum,
            d_1.score_bins,
            d_1.score_counts
           FROM pgrerank.score_daily d_1
        UNION ALL
         SELECT d_1.tenant_id,
            d_1.day,
            d_1.reranker_id,
            d_1.collection_name,
            d_1.counted_at,
            d_1.searches,
            d_1.partial_searches,
            d_1.skipped_searches,
            d_1.failed_searches,
            d_1.pairs,
            d_1.truncated_pairs,
            d_1.changed_top_10,
            d_1.shift_sum,
            d_1.agreement_searches,
            d_1.agreement_sum,
            d_1.score_bins,
            d_1.score_counts
           FROM pgrerank.score_day_v1(((now() AT TIME ZONE 'UTC'::text))::date, true) d_1(tenant_id, day, collection_id, reranker_id, collection_name, counted_at, searches, partial_searches, skipped_searches, failed_searches, pairs, truncated_pairs, changed_top_1, changed_top_3, changed_top_10, tau_searches, tau_sum, shift_sum, agreement_searches, agreement_sum, score_bins, score_counts)
        )
 SELECT t.name AS tenant,
    d.collection_name AS collection,
    d.day,
    m.name AS reranker,
    m.fingerprint AS reranker_fingerprint,
    d.searches,
    d.partial_searches,
    d.skipped_searches,
    d.failed_searches,
    d.pairs,
    d.truncated_pairs,
    d.counted_at,
    d.score_bins,
    d.score_counts,
    ((d.truncated_pairs)::double precision / (NULLIF(d.pairs, 0))::double precision) AS truncated_share,
    (d.agreement_sum / (NULLIF(d.agreement_searches, 0))::double precision) AS agreement,
    ((d.changed_top_10)::double precision / (NULLIF(((d.searches - d.skipped_searches) - d.failed_searches), 0))::double precision) AS changed_top_10,
    (d.shift_sum / (NULLIF(((d.searches - d.skipped_searches) - d.failed_searches), 0))::double precision) AS rank_shift
   FROM ((counted d
     JOIN pgrerank.tenant t ON ((d.tenant_id = t.id)))
     LEFT JOIN pgrerank.model m ON ((d.reranker_id = m.id)));

ALTER VIEW pgrerank_analytics.score_daily OWNER TO pgrerank_owner;

--
-- Name: VIEW score_daily; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.score_daily IS 'Searches and their rerank scores by tenant, collection, reranker and day. Counted from the log by `pgrerank worker`; today is counted on the fly for tenants of which nothing of it is counted yet.';

--
-- Name: COLUMN score_daily.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_daily.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN score_daily.collection; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_daily.collection IS 'Name of the collection as it was then, also where it has been deleted since.';

--
-- Name: COLUMN score_daily.day; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_daily.day IS 'Day in UTC.';

--
-- Name: COLUMN score_daily.reranker; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_daily.reranker IS 'Name of the reranker; null: the row of searches that were not reranked.';

--
-- Name: COLUMN score_daily.reranker_fingerprint; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_daily.reranker_fingerprint IS 'Fingerprint of that model: models of one fingerprint give the same scores, scores of different ones must not be compared.';

--
-- Name: COLUMN score_daily.searches; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_daily.searches IS 'All searches of the row.';

--
-- Name: COLUMN score_daily.partial_searches; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_daily.partial_searches IS 'Those of status partial.';

--
-- Name: COLUMN score_daily.skipped_searches; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_daily.skipped_searches IS 'Those of status skipped.';

--
-- Name: COLUMN score_daily.failed_searches; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_daily.failed_searches IS 'Those of status failed.';

--
-- Name: COLUMN score_daily.pairs; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_daily.pairs IS 'Pairs of query and chunk that got a rerank score.';

--
-- Name: COLUMN score_daily.truncated_pairs; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_daily.truncated_pairs IS 'Those of which the reranker read only the beginning.';

--
-- Name: COLUMN score_daily.counted_at; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_daily.counted_at IS 'When the row was counted.';

--
-- Name: COLUMN score_daily.score_bins; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_daily.score_bins IS 'Histogram of the raw scores: its bins in rising order, see score_bin_v1.';

--
-- Name: COLUMN score_daily.score_counts; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_daily.score_counts IS 'Histogram of the raw scores: pairs in each of score_bins.';

--
-- Name: COLUMN score_daily.truncated_share; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_daily.truncated_share IS 'Share of pairs that were truncated, 0 to 1; null: no pairs.';

--
-- Name: COLUMN score_daily.agreement; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_daily.agreement IS 'Mean share of the reranker''s first 10 that the dense leg had among its first 50, 0 to 1; null: no dense leg.';

--
-- Name: COLUMN score_daily.changed_top_10; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_daily.changed_top_10 IS 'Share of reranked searches whose first 10 hold a chunk that fusion had placed behind them, 0 to 1; null: none was reranked.';

--
-- Name: COLUMN score_daily.rank_shift; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.score_daily.rank_shift IS 'Mean number of places by which fusion and reranker differ on the first 10; null: none was reranked.';

--
-- Name: threshold; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.threshold WITH (security_invoker='true') AS
 SELECT t.name AS tenant,
    h.name AS threshold,
    o.name AS collection,
    h.cutoff,
    h.min_relevance,
    h.promised_precision,
    h.confidence,
    m.name AS reranker,
    m.fingerprint AS reranker_fingerprint,
    h.calibration_id,
    h.created_at
   FROM (((pgrerank.threshold h
     JOIN pgrerank.tenant t ON ((h.tenant_id = t.id)))
     JOIN pgrerank.collection o ON (((h.tenant_id = o.tenant_id) AND (h.collection_id = o.id))))
     LEFT JOIN pgrerank.model m ON ((h.reranker_id = m.id)));

ALTER VIEW pgrerank_analytics.threshold OWNER TO pgrerank_owner;

--
-- Name: VIEW threshold; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.threshold IS 'One row for each named threshold, which removes results below log-odds or below a probability.';

--
-- Name: COLUMN threshold.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.threshold.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN threshold.threshold; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.threshold.threshold IS 'Name of the threshold.';

--
-- Name: COLUMN threshold.collection; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.threshold.collection IS 'Name of the collection.';

--
-- Name: COLUMN threshold.cutoff; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.threshold.cutoff IS 'Lowest log-odds that are kept; null: it is a probability.';

--
-- Name: COLUMN threshold.min_relevance; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.threshold.min_relevance IS 'Lowest probability that is kept, 0 to 1; null: they are log-odds.';

--
-- Name: COLUMN threshold.promised_precision; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.threshold.promised_precision IS 'Precision that the threshold keeps, 0 to 1; null: chosen by hand.';

--
-- Name: COLUMN threshold.confidence; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.threshold.confidence IS 'With what probability it does, 0 to 1; null: chosen by hand.';

--
-- Name: COLUMN threshold.reranker; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.threshold.reranker IS 'Name of the reranker of the log-odds; null: it is a probability.';

--
-- Name: COLUMN threshold.reranker_fingerprint; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.threshold.reranker_fingerprint IS 'Fingerprint of that model: models of one fingerprint give the same scores, scores of different ones must not be compared.';

--
-- Name: COLUMN threshold.calibration_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.threshold.calibration_id IS 'Id of the calibration by whose judged pairs it was chosen; null: chosen by hand.';

--
-- Name: COLUMN threshold.created_at; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.threshold.created_at IS 'When it was set.';

--
-- Name: usage_daily; Type: VIEW; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

CREATE VIEW pgrerank_analytics.usage_daily WITH (security_invoker='true') AS
 SELECT t.name AS tenant,
    l.collection_name AS collection,
    l.key_id,
    k.name AS key_name,
    l.end_user_id,
    ((l.created_at AT TIME ZONE 'UTC'::text))::date AS day,
    count(*) AS requests,
    count(*) FILTER (WHERE (l.source = 'search'::text)) AS searches,
    count(*) FILTER (WHERE (l.source <> 'search'::text)) AS rankings,
    count(*) FILTER (WHERE (l.status = ANY (ARRAY['full'::text, 'partial'::text]))) AS reranked,
    count(*) FILTER (WHERE (l.status = 'failed'::text)) AS failed,
    sum(l.depth) AS scored,
    sum(((l.timings_ms ->> 'total'::text))::double precision) AS total_ms
   FROM ((pgrerank.rerank_log l
     JOIN pgrerank.tenant t ON ((l.tenant_id = t.id)))
     LEFT JOIN pgrerank.api_key k ON (((l.tenant_id = k.tenant_id) AND (l.key_id = k.id))))
  GROUP BY t.name, l.collection_name, l.key_id, k.name, l.end_user_id, (((l.created_at AT TIME ZONE 'UTC'::text))::date);

ALTER VIEW pgrerank_analytics.usage_daily OWNER TO pgrerank_owner;

--
-- Name: VIEW usage_daily; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON VIEW pgrerank_analytics.usage_daily IS 'Requests by tenant, collection, API key, user of the caller and day. Reads the log: name an interval of day.';

--
-- Name: COLUMN usage_daily.tenant; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.usage_daily.tenant IS 'Name of the tenant.';

--
-- Name: COLUMN usage_daily.collection; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.usage_daily.collection IS 'Name of the collection as it was then, also where it has been deleted since; null: the caller supplied the documents and named none.';

--
-- Name: COLUMN usage_daily.key_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.usage_daily.key_id IS 'Id of the API key, as `pgrerank key list` shows it; null: the command line asked.';

--
-- Name: COLUMN usage_daily.key_name; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.usage_daily.key_name IS 'Name of the API key; null: the command line asked.';

--
-- Name: COLUMN usage_daily.end_user_id; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.usage_daily.end_user_id IS 'The caller''s own user, as the caller named them; null: not named.';

--
-- Name: COLUMN usage_daily.day; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.usage_daily.day IS 'Day in UTC.';

--
-- Name: COLUMN usage_daily.requests; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.usage_daily.requests IS 'Searches and rankings of supplied documents.';

--
-- Name: COLUMN usage_daily.searches; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.usage_daily.searches IS 'Searches among them.';

--
-- Name: COLUMN usage_daily.rankings; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.usage_daily.rankings IS 'Rankings of supplied documents among them.';

--
-- Name: COLUMN usage_daily.reranked; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.usage_daily.reranked IS 'Requests of which something was reranked.';

--
-- Name: COLUMN usage_daily.failed; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.usage_daily.failed IS 'Requests whose reranker failed.';

--
-- Name: COLUMN usage_daily.scored; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.usage_daily.scored IS 'Chunks and documents that got a rerank score, in all.';

--
-- Name: COLUMN usage_daily.total_ms; Type: COMMENT; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

COMMENT ON COLUMN pgrerank_analytics.usage_daily.total_ms IS 'Time of the requests in milliseconds, in all.';

--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);

--
-- Name: analyst_grant pk_analyst_grant; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.analyst_grant
    ADD CONSTRAINT pk_analyst_grant PRIMARY KEY (tenant_id, login);

--
-- Name: api_key pk_api_key; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.api_key
    ADD CONSTRAINT pk_api_key PRIMARY KEY (tenant_id, id);

--
-- Name: calibration pk_calibration; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.calibration
    ADD CONSTRAINT pk_calibration PRIMARY KEY (tenant_id, id);

--
-- Name: calibration_point pk_calibration_point; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.calibration_point
    ADD CONSTRAINT pk_calibration_point PRIMARY KEY (tenant_id, calibration_id, cutoff);

--
-- Name: calibration_sample pk_calibration_sample; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.calibration_sample
    ADD CONSTRAINT pk_calibration_sample PRIMARY KEY (tenant_id, calibration_id);

--
-- Name: chunk pk_chunk; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.chunk
    ADD CONSTRAINT pk_chunk PRIMARY KEY (tenant_id, id);

--
-- Name: chunk_embedding pk_chunk_embedding; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.chunk_embedding
    ADD CONSTRAINT pk_chunk_embedding PRIMARY KEY (tenant_id, collection_id, model_id, chunk_id);

--
-- Name: chunk_tokens pk_chunk_tokens; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.chunk_tokens
    ADD CONSTRAINT pk_chunk_tokens PRIMARY KEY (tenant_id, chunk_id, model_id);

--
-- Name: chunk_weights pk_chunk_weights; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.chunk_weights
    ADD CONSTRAINT pk_chunk_weights PRIMARY KEY (tenant_id, collection_id, chunk_id);

--
-- Name: collection pk_collection; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.collection
    ADD CONSTRAINT pk_collection PRIMARY KEY (tenant_id, id);

--
-- Name: collection_size pk_collection_size; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.collection_size
    ADD CONSTRAINT pk_collection_size PRIMARY KEY (tenant_id, collection_id, shard);

--
-- Name: collection_word pk_collection_word; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.collection_word
    ADD CONSTRAINT pk_collection_word PRIMARY KEY (tenant_id, collection_id, shard);

--
-- Name: document pk_document; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.document
    ADD CONSTRAINT pk_document PRIMARY KEY (tenant_id, id);

--
-- Name: enrichment pk_enrichment; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.enrichment
    ADD CONSTRAINT pk_enrichment PRIMARY KEY (tenant_id, collection_id);

--
-- Name: eval_metric pk_eval_metric; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.eval_metric
    ADD CONSTRAINT pk_eval_metric PRIMARY KEY (tenant_id, eval_run_id, query_hash, measure);

--
-- Name: eval_query pk_eval_query; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.eval_query
    ADD CONSTRAINT pk_eval_query PRIMARY KEY (tenant_id, eval_run_id, query_hash);

--
-- Name: eval_run pk_eval_run; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.eval_run
    ADD CONSTRAINT pk_eval_run PRIMARY KEY (tenant_id, id);

--
-- Name: exclusive_work pk_exclusive_work; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.exclusive_work
    ADD CONSTRAINT pk_exclusive_work PRIMARY KEY (name);

--
-- Name: judged_quality pk_judged_quality; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.judged_quality
    ADD CONSTRAINT pk_judged_quality PRIMARY KEY (tenant_id, collection_id, reranker_id);

--
-- Name: judgment pk_judgment; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.judgment
    ADD CONSTRAINT pk_judgment PRIMARY KEY (tenant_id, id);

--
-- Name: model pk_model; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.model
    ADD CONSTRAINT pk_model PRIMARY KEY (id);

--
-- Name: reference_run pk_reference_run; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.reference_run
    ADD CONSTRAINT pk_reference_run PRIMARY KEY (tenant_id, id);

--
-- Name: reference_set pk_reference_set; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.reference_set
    ADD CONSTRAINT pk_reference_set PRIMARY KEY (tenant_id, id);

--
-- Name: related_list pk_related_list; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.related_list
    ADD CONSTRAINT pk_related_list PRIMARY KEY (tenant_id, document_id);

--
-- Name: rerank_log pk_rerank_log; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.rerank_log
    ADD CONSTRAINT pk_rerank_log PRIMARY KEY (tenant_id, created_at, id);

--
-- Name: score_daily pk_score_daily; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.score_daily
    ADD CONSTRAINT pk_score_daily PRIMARY KEY (tenant_id, day, collection_key, reranker_key);

--
-- Name: tenant pk_tenant; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.tenant
    ADD CONSTRAINT pk_tenant PRIMARY KEY (id);

--
-- Name: threshold pk_threshold; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.threshold
    ADD CONSTRAINT pk_threshold PRIMARY KEY (tenant_id, id);

--
-- Name: chunk uq_chunk_tenant_id_document_id_ordinal; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.chunk
    ADD CONSTRAINT uq_chunk_tenant_id_document_id_ordinal UNIQUE (tenant_id, document_id, ordinal);

--
-- Name: collection uq_collection_tenant_id_name; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.collection
    ADD CONSTRAINT uq_collection_tenant_id_name UNIQUE (tenant_id, name);

--
-- Name: document uq_document_tenant_id_collection_id_external_id; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.document
    ADD CONSTRAINT uq_document_tenant_id_collection_id_external_id UNIQUE (tenant_id, collection_id, external_id);

--
-- Name: reference_set uq_reference_set_tenant_id_name; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.reference_set
    ADD CONSTRAINT uq_reference_set_tenant_id_name UNIQUE (tenant_id, name);

--
-- Name: related_list uq_related_list_tenant_id_collection_id_number; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.related_list
    ADD CONSTRAINT uq_related_list_tenant_id_collection_id_number UNIQUE (tenant_id, collection_id, number);

--
-- Name: tenant uq_tenant_name; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.tenant
    ADD CONSTRAINT uq_tenant_name UNIQUE (name);

--
-- Name: threshold uq_threshold_tenant_id_collection_id_name; Type: CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.threshold
    ADD CONSTRAINT uq_threshold_tenant_id_collection_id_name UNIQUE (tenant_id, collection_id, name);

--
-- Name: ix_api_key_prefix; Type: INDEX; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE INDEX ix_api_key_prefix ON pgrerank.api_key USING btree (prefix);

--
-- Name: ix_api_key_tenant_id_name; Type: INDEX; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE UNIQUE INDEX ix_api_key_tenant_id_name ON pgrerank.api_key USING btree (tenant_id, name) WHERE (revoked_at IS NULL);

--
-- Name: ix_calibration_tenant_id_collection_id_id; Type: INDEX; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE INDEX ix_calibration_tenant_id_collection_id_id ON pgrerank.calibration USING btree (tenant_id, collection_id, id);

--
-- Name: ix_chunk_embedding_tenant_id_chunk_id; Type: INDEX; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE INDEX ix_chunk_embedding_tenant_id_chunk_id ON pgrerank.chunk_embedding USING btree (tenant_id, chunk_id);

--
-- Name: ix_chunk_tenant_id_collection_id; Type: INDEX; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE INDEX ix_chunk_tenant_id_collection_id ON pgrerank.chunk USING btree (tenant_id, collection_id);

--
-- Name: ix_chunk_tsv; Type: INDEX; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE INDEX ix_chunk_tsv ON pgrerank.chunk USING gin (tsv);

--
-- Name: ix_chunk_weights_tenant_id_chunk_id; Type: INDEX; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE INDEX ix_chunk_weights_tenant_id_chunk_id ON pgrerank.chunk_weights USING btree (tenant_id, chunk_id);

--
-- Name: ix_document_metadata; Type: INDEX; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE INDEX ix_document_metadata ON pgrerank.document USING gin (metadata jsonb_path_ops);

--
-- Name: ix_eval_run_tenant_id_collection_id; Type: INDEX; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE INDEX ix_eval_run_tenant_id_collection_id ON pgrerank.eval_run USING btree (tenant_id, collection_id);

--
-- Name: ix_judgment_tenant_id_collection_id_query_hash_chunk_id_grade; Type: INDEX; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE UNIQUE INDEX ix_judgment_tenant_id_collection_id_query_hash_chunk_id_grade ON pgrerank.judgment USING btree (tenant_id, collection_id, query_hash, hashtextextended(external_id, (0)::bigint), chunk_id, grade, hashtextextended(source, (0)::bigint), hashtextextended(judged_by, (0)::bigint)) NULLS NOT DISTINCT;

--
-- Name: ix_reference_run_tenant_id_reference_set_id_id; Type: INDEX; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE INDEX ix_reference_run_tenant_id_reference_set_id_id ON pgrerank.reference_run USING btree (tenant_id, reference_set_id, id);

--
-- Name: ix_related_list_tenant_id_collection_id_number; Type: INDEX; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE INDEX ix_related_list_tenant_id_collection_id_number ON pgrerank.related_list USING btree (tenant_id, collection_id, number) WHERE (due_revision > list_revision);

--
-- Name: analyst_grant fk_analyst_grant_tenant_id_tenant; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.analyst_grant
    ADD CONSTRAINT fk_analyst_grant_tenant_id_tenant FOREIGN KEY (tenant_id) REFERENCES pgrerank.tenant(id) ON DELETE CASCADE;

--
-- Name: api_key fk_api_key_tenant_id_tenant; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.api_key
    ADD CONSTRAINT fk_api_key_tenant_id_tenant FOREIGN KEY (tenant_id) REFERENCES pgrerank.tenant(id) ON DELETE CASCADE;

--
-- Name: calibration_point fk_calibration_point_tenant_id_calibration_id_calibration; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.calibration_point
    ADD CONSTRAINT fk_calibration_point_tenant_id_calibration_id_calibration FOREIGN KEY (tenant_id, calibration_id) REFERENCES pgrerank.calibration(tenant_id, id) ON DELETE CASCADE;

--
-- Name: calibration fk_calibration_reranker_id_model; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.calibration
    ADD CONSTRAINT fk_calibration_reranker_id_model FOREIGN KEY (reranker_id) REFERENCES pgrerank.model(id);

--
-- Name: calibration_sample fk_calibration_sample_tenant_id_calibration_id_calibration; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.calibration_sample
    ADD CONSTRAINT fk_calibration_sample_tenant_id_calibration_id_calibration FOREIGN KEY (tenant_id, calibration_id) REFERENCES pgrerank.calibration(tenant_id, id) ON DELETE CASCADE;

--
-- Name: calibration fk_calibration_tenant_id_collection_id_collection; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.calibration
    ADD CONSTRAINT fk_calibration_tenant_id_collection_id_collection FOREIGN KEY (tenant_id, collection_id) REFERENCES pgrerank.collection(tenant_id, id) ON DELETE CASCADE;

--
-- Name: calibration fk_calibration_tenant_id_tenant; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.calibration
    ADD CONSTRAINT fk_calibration_tenant_id_tenant FOREIGN KEY (tenant_id) REFERENCES pgrerank.tenant(id) ON DELETE CASCADE;

--
-- Name: chunk_embedding fk_chunk_embedding_model_id_model; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.chunk_embedding
    ADD CONSTRAINT fk_chunk_embedding_model_id_model FOREIGN KEY (model_id) REFERENCES pgrerank.model(id);

--
-- Name: chunk_embedding fk_chunk_embedding_tenant_id_chunk_id_chunk; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.chunk_embedding
    ADD CONSTRAINT fk_chunk_embedding_tenant_id_chunk_id_chunk FOREIGN KEY (tenant_id, chunk_id) REFERENCES pgrerank.chunk(tenant_id, id) ON DELETE CASCADE;

--
-- Name: chunk fk_chunk_tenant_id_collection_id_collection; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.chunk
    ADD CONSTRAINT fk_chunk_tenant_id_collection_id_collection FOREIGN KEY (tenant_id, collection_id) REFERENCES pgrerank.collection(tenant_id, id) ON DELETE CASCADE;

--
-- Name: chunk fk_chunk_tenant_id_document_id_document; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.chunk
    ADD CONSTRAINT fk_chunk_tenant_id_document_id_document FOREIGN KEY (tenant_id, document_id) REFERENCES pgrerank.document(tenant_id, id) ON DELETE CASCADE;

--
-- Name: chunk_tokens fk_chunk_tokens_model_id_model; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.chunk_tokens
    ADD CONSTRAINT fk_chunk_tokens_model_id_model FOREIGN KEY (model_id) REFERENCES pgrerank.model(id);

--
-- Name: chunk_tokens fk_chunk_tokens_tenant_id_chunk_id_chunk; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.chunk_tokens
    ADD CONSTRAINT fk_chunk_tokens_tenant_id_chunk_id_chunk FOREIGN KEY (tenant_id, chunk_id) REFERENCES pgrerank.chunk(tenant_id, id) ON DELETE CASCADE;

--
-- Name: chunk_weights fk_chunk_weights_tenant_id_chunk_id_chunk; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.chunk_weights
    ADD CONSTRAINT fk_chunk_weights_tenant_id_chunk_id_chunk FOREIGN KEY (tenant_id, chunk_id) REFERENCES pgrerank.chunk(tenant_id, id) ON DELETE CASCADE;

--
-- Name: collection fk_collection_embedder_id_model; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.collection
    ADD CONSTRAINT fk_collection_embedder_id_model FOREIGN KEY (embedder_id) REFERENCES pgrerank.model(id);

--
-- Name: collection fk_collection_second_embedder_id_model; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.collection
    ADD CONSTRAINT fk_collection_second_embedder_id_model FOREIGN KEY (second_embedder_id) REFERENCES pgrerank.model(id);

--
-- Name: collection_size fk_collection_size_tenant_id_collection_id_collection; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.collection_size
    ADD CONSTRAINT fk_collection_size_tenant_id_collection_id_collection FOREIGN KEY (tenant_id, collection_id) REFERENCES pgrerank.collection(tenant_id, id) ON DELETE CASCADE;

--
-- Name: collection fk_collection_tenant_id_tenant; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.collection
    ADD CONSTRAINT fk_collection_tenant_id_tenant FOREIGN KEY (tenant_id) REFERENCES pgrerank.tenant(id) ON DELETE CASCADE;

--
-- Name: collection_word fk_collection_word_tenant_id_collection_id_collection; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.collection_word
    ADD CONSTRAINT fk_collection_word_tenant_id_collection_id_collection FOREIGN KEY (tenant_id, collection_id) REFERENCES pgrerank.collection(tenant_id, id) ON DELETE CASCADE;

--
-- Name: document fk_document_tenant_id_collection_id_collection; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.document
    ADD CONSTRAINT fk_document_tenant_id_collection_id_collection FOREIGN KEY (tenant_id, collection_id) REFERENCES pgrerank.collection(tenant_id, id) ON DELETE CASCADE;

--
-- Name: enrichment fk_enrichment_embedder_id_model; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.enrichment
    ADD CONSTRAINT fk_enrichment_embedder_id_model FOREIGN KEY (embedder_id) REFERENCES pgrerank.model(id);

--
-- Name: enrichment fk_enrichment_reranker_id_model; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.enrichment
    ADD CONSTRAINT fk_enrichment_reranker_id_model FOREIGN KEY (reranker_id) REFERENCES pgrerank.model(id);

--
-- Name: enrichment fk_enrichment_tenant_id_collection_id_collection; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.enrichment
    ADD CONSTRAINT fk_enrichment_tenant_id_collection_id_collection FOREIGN KEY (tenant_id, collection_id) REFERENCES pgrerank.collection(tenant_id, id) ON DELETE CASCADE;

--
-- Name: eval_metric fk_eval_metric_tenant_id_eval_run_id_eval_run; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.eval_metric
    ADD CONSTRAINT fk_eval_metric_tenant_id_eval_run_id_eval_run FOREIGN KEY (tenant_id, eval_run_id) REFERENCES pgrerank.eval_run(tenant_id, id) ON DELETE CASCADE;

--
-- Name: eval_query fk_eval_query_tenant_id_eval_run_id_eval_run; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.eval_query
    ADD CONSTRAINT fk_eval_query_tenant_id_eval_run_id_eval_run FOREIGN KEY (tenant_id, eval_run_id) REFERENCES pgrerank.eval_run(tenant_id, id) ON DELETE CASCADE;

--
-- Name: eval_run fk_eval_run_embedder_id_model; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.eval_run
    ADD CONSTRAINT fk_eval_run_embedder_id_model FOREIGN KEY (embedder_id) REFERENCES pgrerank.model(id);

--
-- Name: eval_run fk_eval_run_reranker_id_model; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.eval_run
    ADD CONSTRAINT fk_eval_run_reranker_id_model FOREIGN KEY (reranker_id) REFERENCES pgrerank.model(id);

--
-- Name: eval_run fk_eval_run_tenant_id_collection_id_collection; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.eval_run
    ADD CONSTRAINT fk_eval_run_tenant_id_collection_id_collection FOREIGN KEY (tenant_id, collection_id) REFERENCES pgrerank.collection(tenant_id, id) ON DELETE CASCADE;

--
-- Name: judged_quality fk_judged_quality_reranker_id_model; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.judged_quality
    ADD CONSTRAINT fk_judged_quality_reranker_id_model FOREIGN KEY (reranker_id) REFERENCES pgrerank.model(id);

--
-- Name: judged_quality fk_judged_quality_tenant_id_collection_id_collection; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.judged_quality
    ADD CONSTRAINT fk_judged_quality_tenant_id_collection_id_collection FOREIGN KEY (tenant_id, collection_id) REFERENCES pgrerank.collection(tenant_id, id) ON DELETE CASCADE;

--
-- Name: judgment fk_judgment_tenant_id_collection_id_collection; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.judgment
    ADD CONSTRAINT fk_judgment_tenant_id_collection_id_collection FOREIGN KEY (tenant_id, collection_id) REFERENCES pgrerank.collection(tenant_id, id) ON DELETE CASCADE;

--
-- Name: reference_run fk_reference_run_model_id_model; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.reference_run
    ADD CONSTRAINT fk_reference_run_model_id_model FOREIGN KEY (model_id) REFERENCES pgrerank.model(id);

--
-- Name: reference_run fk_reference_run_tenant_id_reference_set_id_reference_set; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.reference_run
    ADD CONSTRAINT fk_reference_run_tenant_id_reference_set_id_reference_set FOREIGN KEY (tenant_id, reference_set_id) REFERENCES pgrerank.reference_set(tenant_id, id) ON DELETE CASCADE;

--
-- Name: reference_set fk_reference_set_tenant_id_tenant; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.reference_set
    ADD CONSTRAINT fk_reference_set_tenant_id_tenant FOREIGN KEY (tenant_id) REFERENCES pgrerank.tenant(id) ON DELETE CASCADE;

--
-- Name: related_list fk_related_list_tenant_id_collection_id_enrichment; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.related_list
    ADD CONSTRAINT fk_related_list_tenant_id_collection_id_enrichment FOREIGN KEY (tenant_id, collection_id) REFERENCES pgrerank.enrichment(tenant_id, collection_id) ON DELETE CASCADE;

--
-- Name: related_list fk_related_list_tenant_id_document_id_document; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.related_list
    ADD CONSTRAINT fk_related_list_tenant_id_document_id_document FOREIGN KEY (tenant_id, document_id) REFERENCES pgrerank.document(tenant_id, id) ON DELETE CASCADE;

--
-- Name: rerank_log fk_rerank_log_cascade_id_model; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.rerank_log
    ADD CONSTRAINT fk_rerank_log_cascade_id_model FOREIGN KEY (cascade_id) REFERENCES pgrerank.model(id);

--
-- Name: rerank_log fk_rerank_log_embedder_id_model; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.rerank_log
    ADD CONSTRAINT fk_rerank_log_embedder_id_model FOREIGN KEY (embedder_id) REFERENCES pgrerank.model(id);

--
-- Name: rerank_log fk_rerank_log_reranker_id_model; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.rerank_log
    ADD CONSTRAINT fk_rerank_log_reranker_id_model FOREIGN KEY (reranker_id) REFERENCES pgrerank.model(id);

--
-- Name: rerank_log fk_rerank_log_tenant_id_tenant; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.rerank_log
    ADD CONSTRAINT fk_rerank_log_tenant_id_tenant FOREIGN KEY (tenant_id) REFERENCES pgrerank.tenant(id) ON DELETE CASCADE;

--
-- Name: score_daily fk_score_daily_reranker_id_model; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.score_daily
    ADD CONSTRAINT fk_score_daily_reranker_id_model FOREIGN KEY (reranker_id) REFERENCES pgrerank.model(id);

--
-- Name: score_daily fk_score_daily_tenant_id_tenant; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.score_daily
    ADD CONSTRAINT fk_score_daily_tenant_id_tenant FOREIGN KEY (tenant_id) REFERENCES pgrerank.tenant(id) ON DELETE CASCADE;

--
-- Name: threshold fk_threshold_reranker_id_model; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.threshold
    ADD CONSTRAINT fk_threshold_reranker_id_model FOREIGN KEY (reranker_id) REFERENCES pgrerank.model(id);

--
-- Name: threshold fk_threshold_tenant_id_calibration_id_calibration; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.threshold
    ADD CONSTRAINT fk_threshold_tenant_id_calibration_id_calibration FOREIGN KEY (tenant_id, calibration_id) REFERENCES pgrerank.calibration(tenant_id, id) ON DELETE CASCADE;

--
-- Name: threshold fk_threshold_tenant_id_collection_id_collection; Type: FK CONSTRAINT; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE ONLY pgrerank.threshold
    ADD CONSTRAINT fk_threshold_tenant_id_collection_id_collection FOREIGN KEY (tenant_id, collection_id) REFERENCES pgrerank.collection(tenant_id, id) ON DELETE CASCADE;

--
-- Name: analyst_grant analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.analyst_grant FOR SELECT TO pgrerank_analyst USING ((login = SESSION_USER));

--
-- Name: api_key analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.api_key FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: calibration analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.calibration FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: calibration_point analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.calibration_point FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: calibration_sample analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.calibration_sample FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: chunk analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.chunk FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: chunk_embedding analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.chunk_embedding FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: chunk_tokens analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.chunk_tokens FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: chunk_weights analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.chunk_weights FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: collection analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.collection FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: collection_size analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.collection_size FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: collection_word analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.collection_word FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: document analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.document FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: enrichment analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.enrichment FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: eval_metric analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.eval_metric FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: eval_query analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.eval_query FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: eval_run analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.eval_run FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: judged_quality analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.judged_quality FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: judgment analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.judgment FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: reference_run analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.reference_run FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: reference_set analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.reference_set FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: related_list analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.related_list FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: rerank_log analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.rerank_log FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: score_daily analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.score_daily FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: tenant analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.tenant FOR SELECT TO pgrerank_analyst USING ((id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: threshold analyst; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY analyst ON pgrerank.threshold FOR SELECT TO pgrerank_analyst USING ((tenant_id IN ( SELECT g.tenant_id
   FROM pgrerank.analyst_grant g
  WHERE (g.login = SESSION_USER))));

--
-- Name: analyst_grant; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.analyst_grant ENABLE ROW LEVEL SECURITY;

--
-- Name: api_key; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.api_key ENABLE ROW LEVEL SECURITY;

--
-- Name: api_key app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.api_key TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: calibration app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.calibration TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: calibration_point app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.calibration_point TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: calibration_sample app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.calibration_sample TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: chunk app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.chunk TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: chunk_embedding app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.chunk_embedding TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: chunk_tokens app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.chunk_tokens TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: chunk_weights app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.chunk_weights TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: collection app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.collection TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: collection_size app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.collection_size TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: collection_word app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.collection_word TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: document app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.document TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: enrichment app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.enrichment TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: eval_metric app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.eval_metric TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: eval_query app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.eval_query TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: eval_run app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.eval_run TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: judged_quality app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.judged_quality TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: judgment app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.judgment TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: reference_run app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.reference_run TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: reference_set app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.reference_set TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: related_list app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.related_list TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: rerank_log app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.rerank_log TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: score_daily app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.score_daily TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: tenant app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.tenant TO pgrerank_app USING ((id = pgrerank.current_tenant_v1())) WITH CHECK ((id = pgrerank.current_tenant_v1()));

--
-- Name: threshold app; Type: POLICY; Schema: pgrerank; Owner: pgrerank_owner
--

CREATE POLICY app ON pgrerank.threshold TO pgrerank_app USING ((tenant_id = pgrerank.current_tenant_v1())) WITH CHECK ((tenant_id = pgrerank.current_tenant_v1()));

--
-- Name: calibration; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.calibration ENABLE ROW LEVEL SECURITY;

--
-- Name: calibration_point; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.calibration_point ENABLE ROW LEVEL SECURITY;

--
-- Name: calibration_sample; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.calibration_sample ENABLE ROW LEVEL SECURITY;

--
-- Name: chunk; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.chunk ENABLE ROW LEVEL SECURITY;

--
-- Name: chunk_embedding; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.chunk_embedding ENABLE ROW LEVEL SECURITY;

--
-- Name: chunk_tokens; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.chunk_tokens ENABLE ROW LEVEL SECURITY;

--
-- Name: chunk_weights; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.chunk_weights ENABLE ROW LEVEL SECURITY;

--
-- Name: collection; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.collection ENABLE ROW LEVEL SECURITY;

--
-- Name: collection_size; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.collection_size ENABLE ROW LEVEL SECURITY;

--
-- Name: collection_word; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.collection_word ENABLE ROW LEVEL SECURITY;

--
-- Name: document; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.document ENABLE ROW LEVEL SECURITY;

--
-- Name: enrichment; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.enrichment ENABLE ROW LEVEL SECURITY;

--
-- Name: eval_metric; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.eval_metric ENABLE ROW LEVEL SECURITY;

--
-- Name: eval_query; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.eval_query ENABLE ROW LEVEL SECURITY;

--
-- Name: eval_run; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.eval_run ENABLE ROW LEVEL SECURITY;

--
-- Name: exclusive_work; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.exclusive_work ENABLE ROW LEVEL SECURITY;

--
-- Name: judged_quality; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.judged_quality ENABLE ROW LEVEL SECURITY;

--
-- Name: judgment; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.judgment ENABLE ROW LEVEL SECURITY;

--
-- Name: reference_run; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.reference_run ENABLE ROW LEVEL SECURITY;

--
-- Name: reference_set; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.reference_set ENABLE ROW LEVEL SECURITY;

--
-- Name: related_list; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.related_list ENABLE ROW LEVEL SECURITY;

--
-- Name: rerank_log; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.rerank_log ENABLE ROW LEVEL SECURITY;

--
-- Name: score_daily; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.score_daily ENABLE ROW LEVEL SECURITY;

--
-- Name: tenant; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.tenant ENABLE ROW LEVEL SECURITY;

--
-- Name: threshold; Type: ROW SECURITY; Schema: pgrerank; Owner: pgrerank_owner
--

ALTER TABLE pgrerank.threshold ENABLE ROW LEVEL SECURITY;

--
-- Name: SCHEMA pgrerank; Type: ACL; Schema: -; Owner: pgrerank_owner
--

GRANT USAGE ON SCHEMA pgrerank TO pgrerank_app;
GRANT USAGE ON SCHEMA pgrerank TO pgrerank_analyst;

--
-- Name: SCHEMA pgrerank_analytics; Type: ACL; Schema: -; Owner: pgrerank_owner
--

GRANT USAGE ON SCHEMA pgrerank_analytics TO pgrerank_analyst;

--
-- Name: FUNCTION added_counts_v1(counts bigint[], more bigint[]); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.added_counts_v1(counts bigint[], more bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.added_counts_v1(counts bigint[], more bigint[]) TO pgrerank_app;

--
-- Name: FUNCTION any_of_v1(lexemes text[], are_prefixes boolean[]); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.any_of_v1(lexemes text[], are_prefixes boolean[]) FROM PUBLIC;

--
-- Name: TABLE api_key; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT ON TABLE pgrerank.api_key TO pgrerank_app;

--
-- Name: COLUMN api_key.tenant_id; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT(tenant_id) ON TABLE pgrerank.api_key TO pgrerank_analyst;

--
-- Name: COLUMN api_key.id; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT(id) ON TABLE pgrerank.api_key TO pgrerank_analyst;

--
-- Name: COLUMN api_key.name; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT(name) ON TABLE pgrerank.api_key TO pgrerank_analyst;

--
-- Name: COLUMN api_key.revoked_at; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT UPDATE(revoked_at) ON TABLE pgrerank.api_key TO pgrerank_app;

--
-- Name: FUNCTION api_key_candidates_v1(key_prefix text); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.api_key_candidates_v1(key_prefix text) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.api_key_candidates_v1(key_prefix text) TO pgrerank_app;

--
-- Name: FUNCTION await_deletion_v1(of_tenant uuid, of_collection uuid); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.await_deletion_v1(of_tenant uuid, of_collection uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.await_deletion_v1(of_tenant uuid, of_collection uuid) TO pgrerank_app;

--
-- Name: FUNCTION bm25_v1(tenant_id uuid, collection_id uuid, lexemes text[], are_prefixes boolean[], frequencies integer[], counts bigint[], finder tsquery, among uuid[], restriction tsquery, filter jsonpath, candidates integer, chunk_count bigint, average_length double precision, k1 double precision, b double precision, title_boost double precision, configuration regconfig, OUT chunk_ids uuid[], OUT scores double precision[]); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.bm25_v1(tenant_id uuid, collection_id uuid, lexemes text[], are_prefixes boolean[], frequencies integer[], counts bigint[], finder tsquery, among uuid[], restriction tsquery, filter jsonpath, candidates integer, chunk_count bigint, average_length double precision, k1 double precision, b double precision, title_boost double precision, configuration regconfig, OUT chunk_ids uuid[], OUT scores double precision[]) FROM PUBLIC;

--
-- Name: FUNCTION bounded_v1(argument text, value double precision, lowest double precision, highest double precision); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.bounded_v1(argument text, value double precision, lowest double precision, highest double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.bounded_v1(argument text, value double precision, lowest double precision, highest double precision) TO pgrerank_app;
GRANT ALL ON FUNCTION pgrerank.bounded_v1(argument text, value double precision, lowest double precision, highest double precision) TO pgrerank_analyst;

--
-- Name: FUNCTION calibrate_score_v1(calibration uuid, fingerprint text, log_odds double precision); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.calibrate_score_v1(calibration uuid, fingerprint text, log_odds double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.calibrate_score_v1(calibration uuid, fingerprint text, log_odds double precision) TO pgrerank_app;
GRANT ALL ON FUNCTION pgrerank.calibrate_score_v1(calibration uuid, fingerprint text, log_odds double precision) TO pgrerank_analyst;

--
-- Name: FUNCTION interpolated_v1(x double precision, xs double precision[], ys double precision[]); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.interpolated_v1(x double precision, xs double precision[], ys double precision[]) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.interpolated_v1(x double precision, xs double precision[], ys double precision[]) TO pgrerank_app;
GRANT ALL ON FUNCTION pgrerank.interpolated_v1(x double precision, xs double precision[], ys double precision[]) TO pgrerank_analyst;

--
-- Name: FUNCTION logistic_v1(x double precision); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.logistic_v1(x double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.logistic_v1(x double precision) TO pgrerank_app;
GRANT ALL ON FUNCTION pgrerank.logistic_v1(x double precision) TO pgrerank_analyst;

--
-- Name: FUNCTION softplus_v1(x double precision); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.softplus_v1(x double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.softplus_v1(x double precision) TO pgrerank_app;
GRANT ALL ON FUNCTION pgrerank.softplus_v1(x double precision) TO pgrerank_analyst;

--
-- Name: FUNCTION calibration_curve_v1(log_odds double precision, method text, coefficients double precision[], knot_scores double precision[], knot_probabilities double precision[]); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.calibration_curve_v1(log_odds double precision, method text, coefficients double precision[], knot_scores double precision[], knot_probabilities double precision[]) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.calibration_curve_v1(log_odds double precision, method text, coefficients double precision[], knot_scores double precision[], knot_probabilities double precision[]) TO pgrerank_app;
GRANT ALL ON FUNCTION pgrerank.calibration_curve_v1(log_odds double precision, method text, coefficients double precision[], knot_scores double precision[], knot_probabilities double precision[]) TO pgrerank_analyst;

--
-- Name: FUNCTION unspaced_letters_v1(are_marks boolean); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.unspaced_letters_v1(are_marks boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.unspaced_letters_v1(are_marks boolean) TO pgrerank_app;

--
-- Name: FUNCTION character_pairs_v1(content text, is_query boolean); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.character_pairs_v1(content text, is_query boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.character_pairs_v1(content text, is_query boolean) TO pgrerank_app;

--
-- Name: FUNCTION chunks_with_words_v1(words text[], lexemes tsvector[], sign integer); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.chunks_with_words_v1(words text[], lexemes tsvector[], sign integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.chunks_with_words_v1(words text[], lexemes tsvector[], sign integer) TO pgrerank_app;

--
-- Name: FUNCTION count_documents_v1(of_tenant uuid, of_collection uuid, document_ids uuid[], documents integer, sign integer); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.count_documents_v1(of_tenant uuid, of_collection uuid, document_ids uuid[], documents integer, sign integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.count_documents_v1(of_tenant uuid, of_collection uuid, document_ids uuid[], documents integer, sign integer) TO pgrerank_app;

--
-- Name: FUNCTION counted_lexemes_v1(described text, lexemes tsvector); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.counted_lexemes_v1(described text, lexemes tsvector) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.counted_lexemes_v1(described text, lexemes tsvector) TO pgrerank_app;

--
-- Name: TABLE collection_word; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT,UPDATE ON TABLE pgrerank.collection_word TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.collection_word TO pgrerank_analyst;

--
-- Name: FUNCTION counted_words_v1(of_tenant uuid, of_collection uuid); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.counted_words_v1(of_tenant uuid, of_collection uuid) FROM PUBLIC;

--
-- Name: FUNCTION current_tenant_v1(); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.current_tenant_v1() FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.current_tenant_v1() TO pgrerank_app;

--
-- Name: FUNCTION curve_rises_v1(method text, coefficients double precision[], knot_probabilities double precision[]); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.curve_rises_v1(method text, coefficients double precision[], knot_probabilities double precision[]) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.curve_rises_v1(method text, coefficients double precision[], knot_probabilities double precision[]) TO pgrerank_app;
GRANT ALL ON FUNCTION pgrerank.curve_rises_v1(method text, coefficients double precision[], knot_probabilities double precision[]) TO pgrerank_analyst;

--
-- Name: FUNCTION delete_document_v1(of_tenant uuid, of_collection uuid, of_external_id text); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.delete_document_v1(of_tenant uuid, of_collection uuid, of_external_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.delete_document_v1(of_tenant uuid, of_collection uuid, of_external_id text) TO pgrerank_app;

--
-- Name: FUNCTION dense_leg_v1(collection_id uuid, model_id uuid, embedding public.vector, candidates integer, chunk_count bigint, filter jsonpath, min_similarity double precision, exact_limit integer, OUT chunk_ids uuid[], OUT scores double precision[], OUT scan text, OUT below_similarity integer); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.dense_leg_v1(collection_id uuid, model_id uuid, embedding public.vector, candidates integer, chunk_count bigint, filter jsonpath, min_similarity double precision, exact_limit integer, OUT chunk_ids uuid[], OUT scores double precision[], OUT scan text, OUT below_similarity integer) FROM PUBLIC;

--
-- Name: FUNCTION drop_log_partitions_before_v1(months integer); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.drop_log_partitions_before_v1(months integer) FROM PUBLIC;

--
-- Name: FUNCTION embedding_index_v1(collection_id uuid, model_id uuid); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.embedding_index_v1(collection_id uuid, model_id uuid) FROM PUBLIC;

--
-- Name: FUNCTION ensure_log_partitions_v1(months_ahead integer); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.ensure_log_partitions_v1(months_ahead integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.ensure_log_partitions_v1(months_ahead integer) TO pgrerank_app;

--
-- Name: FUNCTION fuse_v1(dense_ids uuid[], dense_scores double precision[], keyword_ids uuid[], keyword_scores double precision[], sparse_ids uuid[], sparse_scores double precision[], fusion text, k integer, dense_weight double precision, keyword_weight double precision, sparse_weight double precision); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.fuse_v1(dense_ids uuid[], dense_scores double precision[], keyword_ids uuid[], keyword_scores double precision[], sparse_ids uuid[], sparse_scores double precision[], fusion text, k integer, dense_weight double precision, keyword_weight double precision, sparse_weight double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.fuse_v1(dense_ids uuid[], dense_scores double precision[], keyword_ids uuid[], keyword_scores double precision[], sparse_ids uuid[], sparse_scores double precision[], fusion text, k integer, dense_weight double precision, keyword_weight double precision, sparse_weight double precision) TO pgrerank_app;

--
-- Name: FUNCTION ks_counts_v1(baseline bigint[], recent bigint[]); Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank_analytics.ks_counts_v1(baseline bigint[], recent bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank_analytics.ks_counts_v1(baseline bigint[], recent bigint[]) TO pgrerank_analyst;

--
-- Name: FUNCTION psi_counts_v1(baseline bigint[], recent bigint[], groups integer); Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank_analytics.psi_counts_v1(baseline bigint[], recent bigint[], groups integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank_analytics.psi_counts_v1(baseline bigint[], recent bigint[], groups integer) TO pgrerank_analyst;

--
-- Name: TABLE collection; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE pgrerank.collection TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.collection TO pgrerank_analyst;

--
-- Name: TABLE judged_quality; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank.judged_quality TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.judged_quality TO pgrerank_analyst;

--
-- Name: TABLE model; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT ON TABLE pgrerank.model TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.model TO pgrerank_analyst;

--
-- Name: TABLE reference_run; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT ON TABLE pgrerank.reference_run TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.reference_run TO pgrerank_analyst;

--
-- Name: TABLE reference_set; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE pgrerank.reference_set TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.reference_set TO pgrerank_analyst;

--
-- Name: TABLE rerank_log; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT ON TABLE pgrerank.rerank_log TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.rerank_log TO pgrerank_analyst;

--
-- Name: TABLE score_daily; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank.score_daily TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.score_daily TO pgrerank_analyst;

--
-- Name: TABLE tenant; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank.tenant TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.tenant TO pgrerank_analyst;

--
-- Name: TABLE score_drift; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.score_drift TO pgrerank_analyst;

--
-- Name: TABLE health; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.health TO pgrerank_analyst;

--
-- Name: FUNCTION health_summary_v1(by_tenant boolean); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.health_summary_v1(by_tenant boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.health_summary_v1(by_tenant boolean) TO pgrerank_app;

--
-- Name: FUNCTION hybrid_candidates_v1(collection_id uuid, model_id uuid, embedding public.vector, query text, weights public.sparsevec, candidates integer, chunk_count bigint, texts integer, filter jsonpath, min_similarity double precision, is_tiered boolean, k1 double precision, b double precision, title_boost double precision, fusion text, rrf_k integer, dense_weight double precision, keyword_weight double precision, sparse_weight double precision, tokens integer, token_model_id uuid, embeddings integer); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.hybrid_candidates_v1(collection_id uuid, model_id uuid, embedding public.vector, query text, weights public.sparsevec, candidates integer, chunk_count bigint, texts integer, filter jsonpath, min_similarity double precision, is_tiered boolean, k1 double precision, b double precision, title_boost double precision, fusion text, rrf_k integer, dense_weight double precision, keyword_weight double precision, sparse_weight double precision, tokens integer, token_model_id uuid, embeddings integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.hybrid_candidates_v1(collection_id uuid, model_id uuid, embedding public.vector, query text, weights public.sparsevec, candidates integer, chunk_count bigint, texts integer, filter jsonpath, min_similarity double precision, is_tiered boolean, k1 double precision, b double precision, title_boost double precision, fusion text, rrf_k integer, dense_weight double precision, keyword_weight double precision, sparse_weight double precision, tokens integer, token_model_id uuid, embeddings integer) TO pgrerank_app;

--
-- Name: TABLE judgment; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT,DELETE ON TABLE pgrerank.judgment TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.judgment TO pgrerank_analyst;

--
-- Name: COLUMN judgment.id; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT UPDATE(id) ON TABLE pgrerank.judgment TO pgrerank_app;

--
-- Name: COLUMN judgment.created_at; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT UPDATE(created_at) ON TABLE pgrerank.judgment TO pgrerank_app;

--
-- Name: FUNCTION judgment_grades_v1(); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.judgment_grades_v1() FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.judgment_grades_v1() TO pgrerank_app;
GRANT ALL ON FUNCTION pgrerank.judgment_grades_v1() TO pgrerank_analyst;

--
-- Name: FUNCTION keyword_leg_v1(collection_id uuid, query text, candidates integer, filter jsonpath, k1 double precision, b double precision, title_boost double precision, among uuid[], OUT chunk_ids uuid[], OUT scores double precision[], OUT scan text); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.keyword_leg_v1(collection_id uuid, query text, candidates integer, filter jsonpath, k1 double precision, b double precision, title_boost double precision, among uuid[], OUT chunk_ids uuid[], OUT scores double precision[], OUT scan text) FROM PUBLIC;

--
-- Name: FUNCTION leg_positions_v1(collection_id uuid, model_id uuid, embedding public.vector, query text, weights public.sparsevec, filter jsonpath, k1 double precision, b double precision, title_boost double precision); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.leg_positions_v1(collection_id uuid, model_id uuid, embedding public.vector, query text, weights public.sparsevec, filter jsonpath, k1 double precision, b double precision, title_boost double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.leg_positions_v1(collection_id uuid, model_id uuid, embedding public.vector, query text, weights public.sparsevec, filter jsonpath, k1 double precision, b double precision, title_boost double precision) TO pgrerank_app;

--
-- Name: FUNCTION lexeme_counts_v1(tenant_id uuid, collection_id uuid, lexemes text[], are_prefixes boolean[], counts bigint[]); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.lexeme_counts_v1(tenant_id uuid, collection_id uuid, lexemes text[], are_prefixes boolean[], counts bigint[]) FROM PUBLIC;

--
-- Name: FUNCTION lexeme_index_v1(lexeme text); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.lexeme_index_v1(lexeme text) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.lexeme_index_v1(lexeme text) TO pgrerank_app;

--
-- Name: FUNCTION nearest_indexed_v1(tenant_id uuid, collection_id uuid, model_id uuid, embedding public.vector, candidates integer, filter jsonpath, width integer, reach integer, OUT chunk_ids uuid[], OUT scores double precision[]); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.nearest_indexed_v1(tenant_id uuid, collection_id uuid, model_id uuid, embedding public.vector, candidates integer, filter jsonpath, width integer, reach integer, OUT chunk_ids uuid[], OUT scores double precision[]) FROM PUBLIC;

--
-- Name: FUNCTION nearest_of_documents_v1(tenant_id uuid, collection_id uuid, model_id uuid, embedding public.vector, candidates integer, filter jsonpath, OUT chunk_ids uuid[], OUT scores double precision[]); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.nearest_of_documents_v1(tenant_id uuid, collection_id uuid, model_id uuid, embedding public.vector, candidates integer, filter jsonpath, OUT chunk_ids uuid[], OUT scores double precision[]) FROM PUBLIC;

--
-- Name: FUNCTION nearest_of_large_v1(tenant_id uuid, collection_id uuid, model_id uuid, embedding public.vector, candidates integer, chunk_count bigint, filter jsonpath, OUT chunk_ids uuid[], OUT scores double precision[], OUT scan text); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.nearest_of_large_v1(tenant_id uuid, collection_id uuid, model_id uuid, embedding public.vector, candidates integer, chunk_count bigint, filter jsonpath, OUT chunk_ids uuid[], OUT scores double precision[], OUT scan text) FROM PUBLIC;

--
-- Name: FUNCTION prefix_frequency_v1(lexemes tsvector, prefix text); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.prefix_frequency_v1(lexemes tsvector, prefix text) FROM PUBLIC;

--
-- Name: FUNCTION query_words_v1(query text); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.query_words_v1(query text) FROM PUBLIC;

--
-- Name: FUNCTION text_words_v1(content text, is_query boolean); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.text_words_v1(content text, is_query boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.text_words_v1(content text, is_query boolean) TO pgrerank_app;

--
-- Name: FUNCTION query_restriction_v1(configuration regconfig, query text); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.query_restriction_v1(configuration regconfig, query text) FROM PUBLIC;

--
-- Name: FUNCTION query_terms_v1(configuration regconfig, query text); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.query_terms_v1(configuration regconfig, query text) FROM PUBLIC;

--
-- Name: FUNCTION score_bin_v1(score double precision); Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank_analytics.score_bin_v1(score double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank_analytics.score_bin_v1(score double precision) TO pgrerank_analyst;

--
-- Name: FUNCTION score_day_v1(counted_day date, only_uncounted boolean); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.score_day_v1(counted_day date, only_uncounted boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.score_day_v1(counted_day date, only_uncounted boolean) TO pgrerank_analyst;

--
-- Name: FUNCTION search_log_odds_v1(search_scale double precision[], unscaled double precision, best_score double precision); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.search_log_odds_v1(search_scale double precision[], unscaled double precision, best_score double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.search_log_odds_v1(search_scale double precision[], unscaled double precision, best_score double precision) TO pgrerank_app;
GRANT ALL ON FUNCTION pgrerank.search_log_odds_v1(search_scale double precision[], unscaled double precision, best_score double precision) TO pgrerank_analyst;

--
-- Name: FUNCTION sparse_leg_v1(collection_id uuid, weights public.sparsevec, candidates integer, filter jsonpath, OUT chunk_ids uuid[], OUT scores double precision[], OUT scan text); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.sparse_leg_v1(collection_id uuid, weights public.sparsevec, candidates integer, filter jsonpath, OUT chunk_ids uuid[], OUT scores double precision[], OUT scan text) FROM PUBLIC;

--
-- Name: FUNCTION sparse_vector_v1(tokens text[], weights real[]); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.sparse_vector_v1(tokens text[], weights real[]) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.sparse_vector_v1(tokens text[], weights real[]) TO pgrerank_app;

--
-- Name: FUNCTION term_frequencies_v1(lexemes tsvector); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.term_frequencies_v1(lexemes tsvector) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.term_frequencies_v1(lexemes tsvector) TO pgrerank_app;

--
-- Name: FUNCTION text_statistics_v1(lexemes tsvector); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.text_statistics_v1(lexemes tsvector) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank.text_statistics_v1(lexemes tsvector) TO pgrerank_app;

--
-- Name: FUNCTION worth_finding_v1(lexemes text[], ceilings double precision[], need double precision); Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank.worth_finding_v1(lexemes text[], ceilings double precision[], need double precision) FROM PUBLIC;

--
-- Name: FUNCTION average_precision_v1(found integer[], judged integer[]); Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank_analytics.average_precision_v1(found integer[], judged integer[]) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank_analytics.average_precision_v1(found integer[], judged integer[]) TO pgrerank_analyst;

--
-- Name: FUNCTION judged_at_k_v1(found integer[], k integer); Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank_analytics.judged_at_k_v1(found integer[], k integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank_analytics.judged_at_k_v1(found integer[], k integer) TO pgrerank_analyst;

--
-- Name: FUNCTION kendall_tau_v1(first double precision[], second double precision[]); Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank_analytics.kendall_tau_v1(first double precision[], second double precision[]) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank_analytics.kendall_tau_v1(first double precision[], second double precision[]) TO pgrerank_analyst;

--
-- Name: FUNCTION ks_v1(baseline double precision[], recent double precision[]); Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank_analytics.ks_v1(baseline double precision[], recent double precision[]) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank_analytics.ks_v1(baseline double precision[], recent double precision[]) TO pgrerank_analyst;

--
-- Name: FUNCTION mrr_at_k_v1(found integer[], k integer); Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank_analytics.mrr_at_k_v1(found integer[], k integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank_analytics.mrr_at_k_v1(found integer[], k integer) TO pgrerank_analyst;

--
-- Name: FUNCTION ndcg_at_k_v1(found integer[], judged integer[], k integer); Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank_analytics.ndcg_at_k_v1(found integer[], judged integer[], k integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank_analytics.ndcg_at_k_v1(found integer[], judged integer[], k integer) TO pgrerank_analyst;

--
-- Name: FUNCTION precision_at_k_v1(found integer[], k integer); Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank_analytics.precision_at_k_v1(found integer[], k integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank_analytics.precision_at_k_v1(found integer[], k integer) TO pgrerank_analyst;

--
-- Name: FUNCTION psi_v1(baseline double precision[], recent double precision[], groups integer); Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank_analytics.psi_v1(baseline double precision[], recent double precision[], groups integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank_analytics.psi_v1(baseline double precision[], recent double precision[], groups integer) TO pgrerank_analyst;

--
-- Name: FUNCTION recall_at_k_v1(found integer[], judged integer[], k integer); Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank_analytics.recall_at_k_v1(found integer[], judged integer[], k integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank_analytics.recall_at_k_v1(found integer[], judged integer[], k integer) TO pgrerank_analyst;

--
-- Name: FUNCTION score_bin_low_v1(bin integer); Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

REVOKE ALL ON FUNCTION pgrerank_analytics.score_bin_low_v1(bin integer) FROM PUBLIC;
GRANT ALL ON FUNCTION pgrerank_analytics.score_bin_low_v1(bin integer) TO pgrerank_analyst;

--
-- Name: TABLE alembic_version; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank.alembic_version TO pgrerank_app;

--
-- Name: TABLE analyst_grant; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank.analyst_grant TO pgrerank_analyst;

--
-- Name: TABLE calibration; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT,DELETE ON TABLE pgrerank.calibration TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.calibration TO pgrerank_analyst;

--
-- Name: TABLE calibration_point; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT ON TABLE pgrerank.calibration_point TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.calibration_point TO pgrerank_analyst;

--
-- Name: TABLE calibration_sample; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT ON TABLE pgrerank.calibration_sample TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.calibration_sample TO pgrerank_analyst;

--
-- Name: TABLE chunk; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE pgrerank.chunk TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.chunk TO pgrerank_analyst;

--
-- Name: TABLE chunk_embedding; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE pgrerank.chunk_embedding TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.chunk_embedding TO pgrerank_analyst;

--
-- Name: TABLE chunk_tokens; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE pgrerank.chunk_tokens TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.chunk_tokens TO pgrerank_analyst;

--
-- Name: TABLE chunk_weights; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE pgrerank.chunk_weights TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.chunk_weights TO pgrerank_analyst;

--
-- Name: TABLE collection_size; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT,UPDATE ON TABLE pgrerank.collection_size TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.collection_size TO pgrerank_analyst;

--
-- Name: TABLE document; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE pgrerank.document TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.document TO pgrerank_analyst;

--
-- Name: TABLE enrichment; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE pgrerank.enrichment TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.enrichment TO pgrerank_analyst;

--
-- Name: TABLE eval_metric; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT ON TABLE pgrerank.eval_metric TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.eval_metric TO pgrerank_analyst;

--
-- Name: TABLE eval_query; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT ON TABLE pgrerank.eval_query TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.eval_query TO pgrerank_analyst;

--
-- Name: TABLE eval_run; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT ON TABLE pgrerank.eval_run TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.eval_run TO pgrerank_analyst;

--
-- Name: TABLE related_list; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE pgrerank.related_list TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.related_list TO pgrerank_analyst;

--
-- Name: TABLE threshold; Type: ACL; Schema: pgrerank; Owner: pgrerank_owner
--

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE pgrerank.threshold TO pgrerank_app;
GRANT SELECT ON TABLE pgrerank.threshold TO pgrerank_analyst;

--
-- Name: TABLE calibration; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.calibration TO pgrerank_analyst;

--
-- Name: TABLE calibration_point; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.calibration_point TO pgrerank_analyst;

--
-- Name: TABLE effect_daily; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.effect_daily TO pgrerank_analyst;

--
-- Name: TABLE eval_metric; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.eval_metric TO pgrerank_analyst;

--
-- Name: TABLE eval_query; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.eval_query TO pgrerank_analyst;

--
-- Name: TABLE eval_run; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.eval_run TO pgrerank_analyst;

--
-- Name: TABLE feedback; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.feedback TO pgrerank_analyst;

--
-- Name: TABLE judged_quality; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.judged_quality TO pgrerank_analyst;

--
-- Name: TABLE judged_search; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.judged_search TO pgrerank_analyst;

--
-- Name: TABLE judgment; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.judgment TO pgrerank_analyst;

--
-- Name: TABLE judgment_grade; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.judgment_grade TO pgrerank_analyst;

--
-- Name: TABLE latency_daily; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.latency_daily TO pgrerank_analyst;

--
-- Name: TABLE ranking; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.ranking TO pgrerank_analyst;

--
-- Name: TABLE ranking_document; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.ranking_document TO pgrerank_analyst;

--
-- Name: TABLE reference_run; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.reference_run TO pgrerank_analyst;

--
-- Name: TABLE related_document; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.related_document TO pgrerank_analyst;

--
-- Name: TABLE rerank_candidate; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.rerank_candidate TO pgrerank_analyst;

--
-- Name: TABLE rerank_log; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.rerank_log TO pgrerank_analyst;

--
-- Name: TABLE rerank_relevance; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.rerank_relevance TO pgrerank_analyst;

--
-- Name: TABLE score_daily; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.score_daily TO pgrerank_analyst;

--
-- Name: TABLE threshold; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.threshold TO pgrerank_analyst;

--
-- Name: TABLE usage_daily; Type: ACL; Schema: pgrerank_analytics; Owner: pgrerank_owner
--

GRANT SELECT ON TABLE pgrerank_analytics.usage_daily TO pgrerank_analyst;

--
-- Name: DEFAULT PRIVILEGES FOR FUNCTIONS; Type: DEFAULT ACL; Schema: -; Owner: pgrerank_owner
--

ALTER DEFAULT PRIVILEGES FOR ROLE pgrerank_owner REVOKE ALL ON FUNCTIONS FROM PUBLIC;

--
-- PostgreSQL database dump complete
--
