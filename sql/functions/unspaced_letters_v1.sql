-- unspaced_letters_v1: the characters of scripts that put no spaces between words, or attach
-- particles to them: Chinese, Japanese, Korean, Thai, Lao, Burmese, Khmer.
-- Arguments: are_marks, whether only the signs that are written above, below or behind a letter
--     are meant.
-- Returns: what goes between the brackets of a regular expression.
-- Called by: character_pairs_v1, text_words_v1, query_terms_v1, query_restriction_v1.
create function pgrerank.unspaced_letters_v1(are_marks boolean)
returns text
language sql immutable parallel safe
begin atomic
    select
        case
            when are_marks
                then
                    '\u0E31\u0E34-\u0E3A\u0E47-\u0E4E\u0EB1\u0EB4-\u0EBC\u0EC8-\u0ECE\u102B-\u103E'
                    || '\u1056-\u1059\u105E-\u1060\u1062-\u1064\u1067-\u106D\u1071-\u1074'
                    || '\u1082-\u108D\u108F\u109A-\u109D\u17B4-\u17D3\u17DD\u3099\u309A'
            else
                '\u0E01-\u0E3A\u0E40-\u0E5B\u0E80-\u0EFF\u1000-\u109F\u1100-\u11FF\u1780-\u17D3'
                || '\u17DD\u2E80-\u2FDF\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303B'
                || '\u3041-\u309F\u30A1-\u30FA\u30FC-\u30FF\u3105-\u312F\u3131-\u318E\u31A0-\u31BF'
                || '\u31F0-\u31FF\u3400-\u4DBF\u4E00-\u9FFF\uA960-\uA97F\uAC00-\uD7FB\uF900-\uFAFF'
                || '\uFF66-\uFF9F\U00020000-\U0003FFFF'
        end;
end;

grant execute on function pgrerank.unspaced_letters_v1(boolean) to pgrerank_app;
