package dev.trainyard.submitter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.submitter.Http.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class SqlTest {

    private static final TestServer SERVER = new TestServer();

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    private static Answer query(String query) {
        return SERVER.http.post(
                "/api/v1/sql", JsonMapper.shared().writeValueAsString(java.util.Map.of("query", query)));
    }

    @Test
    void history_is_read_with_sql_without_the_values_of_variables() {
        String id = Requests.newId();
        SERVER.worker.accept(Requests.named(id, "digits"));

        Answer answer = query("select job_id, name, request from history.jobs where job_id = '%s'".formatted(id));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("columns").valueStream().map(column -> column.asString()))
                .containsExactly("job_id", "name", "request");
        assertThat(answer.json().at("/rows/0/1").asString()).isEqualTo("digits");
        assertThat(answer.json().at("/rows/0/2/run/environment/API_TOKEN").isNull())
                .isTrue();
        assertThat(answer.json().path("truncated").asBoolean()).isFalse();
    }

    @Test
    void values_keep_their_types() {
        Answer answer = query("""
                select 1::int, 2.5::numeric, true, null, 'NaN'::float8, '2026-11-30 20:00:00+00'::timestamptz,
                       array[1, 2], array['a', null], '{"a": [1]}'::jsonb, interval '90 minutes', '1 ? 2'""");

        assertThat(answer.json().path("rows").path(0).toString())
                .isEqualTo(
                        "[1,2.5,true,null,\"NaN\",\"2026-11-30T20:00:00Z\",[1,2],[\"a\",null],{\"a\":[1]},\"01:30:00\",\"1 ? 2\"]");
    }

    @Test
    void a_cell_of_type_json_is_the_text_that_postgres_has() throws IOException {
        String body = JsonMapper.shared()
                .writeValueAsString(Map.of("query", "select '{\"a\":1, \"a\":2}'::json, '-0'::float8"));
        HttpRequest.Builder request = SERVER.http
                .request("/api/v1/sql")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));

        try (InputStream answer = SERVER.http.open(request).body()) {
            assertThat(new String(answer.readAllBytes(), UTF_8)).contains("{\"a\":1, \"a\":2},-0]");
        }
    }

    @Test
    void a_text_that_is_not_a_query_is_refused_in_plain_words() {
        assertThat(query("copy (select 1) to stdout").text("detail"))
                .isEqualTo("COPY is not supported here. Write only the select");
    }

    /** Some are no numbers or instants of JSON, or are too deep for readers of it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'Infinity'::numeric                            | "Infinity"
            array['NaN'::float8, -1.5]                     | ["NaN",-1.5]
            array['NaN'::numeric, 1]                       | ["NaN",1]
            'infinity'::timestamptz                        | "infinity"
            '-infinity'::date                              | "-infinity"
            array['infinity'::timestamptz]                 | ["infinity"]
            '4713-01-01 00:00:00+00 BC'::timestamptz       | "-4712-01-01T00:00:00Z"
            '294276-12-31 00:00:00+00'::timestamptz        | "+294276-12-31T00:00:00Z"
            '1 year 2 mons'::interval                      | "1 year 2 mons"
            array['1 day'::interval]                       | ["1 day"]
            '{{1,2},{3,NULL}}'::int[]                      | [[1,2],[3,null]]
            '[0:1]={1,2}'::int[]                           | [1,2]
            '{}'::text[]                                   | []
            array['a"b\\c,}', 'NULL', '']                  | ["a\\"b\\\\c,}","NULL",""]
            array[true, false, null]                       | [true,false,null]
            array['(1,2),(3,4)'::box, '(1,2),(3,4)'::box]  | ["(3,4),(1,2)","(3,4),(1,2)"]
            array['\\x00ff'::bytea]                      | ["\\\\x00ff"]
            array['{"a": 1}'::jsonb]                       | [{"a":1}]
            'null'::jsonb                                  | null
            int4range(1, 5)                                | "[1,5)"
            '{[1,3),[5,7)}'::int4multirange                | "{[1,3),[5,7)}"
            '$1.50'::money                                 | "$1.50"
            row(1, 'a', null)                              | "(1,a,)"
            point(1, 2)                                    | "(1,2)"
            b'101'                                         | "101"
            b'1'                                           | "1"
            'x'::"char"                                    | "x"
            '1 2'::int2vector                              | "1 2"
            '<a/>'::xml                                    | "<a/>"
            pg_sleep(0)                                    | ""
            4294967295::oid                                | 4294967295
            """)
    void every_value_is_shown(String expression, String json) {
        assertThat(query("select " + expression).json().at("/rows/0/0").toString())
                .isEqualTo(json);
    }

    @Test
    void values_that_json_does_not_have_are_shown_as_text() {
        assertThat(query("select (repeat('[',5000)||repeat(']',5000))::jsonb")
                        .json()
                        .at("/rows/0/0")
                        .asString())
                .hasSize(10_000);
        assertThat(query("select (repeat('[',399)||repeat(']',399))::jsonb").status())
                .isEqualTo(200);
        assertThat(query("select 10::numeric ^ 5000").json().at("/rows/0/0").toString())
                .hasSizeGreaterThan(5_000);
        assertThat(query("select ('{\"n\": ' || repeat('9', 5000) || '}')::jsonb")
                        .json()
                        .at("/rows/0/0")
                        .asString())
                .startsWith("{\"n\": 999");
    }

    @Test
    void rows_may_have_no_columns_many_and_some_of_one_name() {
        assertThat(query("select from generate_series(1, 2)")
                        .json()
                        .path("rows")
                        .toString())
                .isEqualTo("[[],[]]");
        assertThat(query("select 1 as a, 2 as a").json().path("rows").toString())
                .isEqualTo("[[1,2]]");
        String many = IntStream.range(0, 1_600).mapToObj(Integer::toString).collect(Collectors.joining(","));
        assertThat(query("select " + many).json().at("/rows/0").size()).isEqualTo(1_600);
    }

    /** The words of the query stand in the server's message too. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            select $1                                        | 1
            select "maxResultBuffer"                         | column "maxResultBuffer" does not exist
            select 1 where "parameter was changed to" = 1    | column "parameter was changed to" does not exist
            """)
    void errors_of_the_database_in_a_query_are_passed_on_unchanged(String query, String detail) {
        Answer answer = query(query);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("detail")).contains(detail).doesNotContain("does not answer", "Select part of it");
    }

    @Test
    void a_query_that_changes_required_settings_of_the_connection_is_refused() {
        assertThat(query("select set_config('client_encoding', 'latin1', false)")
                        .status())
                .isEqualTo(400);
        assertThat(query("set datestyle = 'German'").status()).isEqualTo(400);
        assertThat(query("select set_config('timezone', 'Asia/Tokyo', false), timestamptz '2026-11-30 20:00:00+00'")
                        .json()
                        .at("/rows/0/1")
                        .asString())
                .isEqualTo("2026-11-30T20:00:00Z");
    }

    @Test
    void the_types_of_the_columns_are_named() {
        assertThat(query("select now(), 'x', 1").json().path("types").toString())
                .isEqualTo("[\"timestamptz\",\"text\",\"int4\"]");
    }

    @Test
    void an_empty_query_is_refused() {
        assertThat(query(" ").status()).isEqualTo(400);
        assertThat(query(" ").text("detail")).contains("empty");
    }

    @Test
    void a_wrong_query_is_answered_in_the_databases_words_with_the_place() {
        Answer answer = query("select nmae from history.jobs");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("detail")).isEqualTo("column \"nmae\" does not exist");
        assertThat(answer.json().path("position").asInt()).isEqualTo(8);
        assertThat(answer.text("hint")).contains("name");
    }

    @Test
    void nothing_but_the_history_is_readable_and_nothing_is_writable() {
        assertThat(query("select * from trainyard.job").text("detail")).contains("permission denied");
        assertThat(query("delete from history.jobs").text("hint")).startsWith("The history is read-only. Select");
        assertThat(query("create table t (i int)").status()).isEqualTo(400);
        assertThat(query("create temporary table t (i int)").text("detail")).contains("read-only");
        assertThat(query("set role trainyard_server").text("detail")).contains("permission denied");
        assertThat(query("copy history.jobs to program 'id'").status()).isEqualTo(400);
    }

    @Test
    void several_statements_are_refused() {
        assertThat(query("select 1; select 2").text("detail")).contains("2 statements");
        assertThat(query("select ';';").status()).isEqualTo(200);
    }

    @Test
    void settings_of_a_query_end_with_it() {
        query("select set_config('statement_timeout', '0', false), set_config('work_mem', '64kB', false)");

        assertThat(query("select current_setting('statement_timeout'), current_setting('work_mem')")
                        .json()
                        .at("/rows/0")
                        .toString())
                .isEqualTo("[\"30s\",\"4MB\"]");
    }

    @Test
    void too_many_rows_are_cut() {
        Answer answer = query("select generate_series(1, 10001)");

        assertThat(answer.json().path("rows").size()).isEqualTo(10_000);
        assertThat(answer.json().path("truncated").asBoolean()).isTrue();
    }

    @Test
    void large_rows_are_cut_and_a_huge_value_is_refused() {
        Answer large = query("select repeat('x', 1000000) from generate_series(1, 20)");
        assertThat(large.json().path("rows").size()).isEqualTo(8);
        assertThat(large.json().path("truncated").asBoolean()).isTrue();

        assertThat(query("select repeat('x', 20000000)").text("detail")).contains("larger than can be shown");
    }

    @Test
    void large_rows_behind_small_ones_are_cut_as_well() {
        Answer answer =
                query("select repeat('x', case when i < 900 then 1 else 1000000 end) from generate_series(1, 950) i");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("rows").size()).isEqualTo(907);
        assertThat(answer.json().path("truncated").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select repeat('x', 2000000)::int",
                "select repeat('x', 20000000)::int",
                "select set_config('exit_on_error', 'on', true), repeat('x', 20000000)::int",
            })
    void an_error_of_any_length_is_told_in_a_few_words(String query) {
        Answer answer = query(query);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("detail")).hasSizeLessThan(1_100);
    }

    @Test
    void notices_of_any_length_are_refused() {
        Answer answer = query("""
                select count(query_to_xml('select * from history.attempts where exit_code = ' || i, true, false, settings))
                from (select set_config('client_min_messages', 'debug1', true) || set_config('debug_print_plan', 'on', true)
                             || set_config('debug_print_parse', 'on', true) settings offset 0) s,
                     generate_series(1, 300) i""");

        assertThat(answer.text("detail")).contains("larger than can be shown");
    }

    @Test
    void many_small_values_are_cut() {
        String columns = IntStream.range(0, 1_000).mapToObj(i -> "1").collect(Collectors.joining(","));

        Answer answer = query("select %s from generate_series(1, 1000)".formatted(columns));

        assertThat(answer.json().path("truncated").asBoolean()).isTrue();
        assertThat(answer.json().path("rows").size()).isBetween(100, 400);
    }

    @Test
    void a_long_array_is_shown_as_text() {
        Answer answer = query("select array_agg(i) from generate_series(1, 50000) i");

        assertThat(answer.json().at("/rows/0/0").asString()).startsWith("{1,2,3,");
    }
}
