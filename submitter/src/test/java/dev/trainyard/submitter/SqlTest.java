package dev.trainyard.submitter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.submitter.Http.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
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
    void history_is_read_with_sql_and_secrets_are_masked() {
        String id = Requests.newId();
        SERVER.worker.accept(Requests.named(id, "digits"));

        Answer answer = query("select job_id, name, request from history.jobs where job_id = '%s'".formatted(id));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("columns").valueStream().map(column -> column.asString()))
                .containsExactly("job_id", "name", "request");
        assertThat(answer.json().at("/rows/0/1").asString()).isEqualTo("digits");
        assertThat(answer.json().at("/rows/0/2/run/environment/API_TOKEN").asString())
                .isEqualTo("***");
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
        assertThat(query("delete from history.jobs").text("hint")).startsWith("The history is read only: select");
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
    void what_a_query_sets_is_gone_with_it() {
        query("select set_config('statement_timeout', '0', false), pg_advisory_lock(42)");

        assertThat(query("show statement_timeout").json().at("/rows/0/0").asString())
                .isEqualTo("30s");
        assertThat(query("select pg_try_advisory_lock(42)")
                        .json()
                        .at("/rows/0/0")
                        .asBoolean())
                .isTrue();
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

        assertThat(query("select repeat('x', 20000000)").status()).isEqualTo(400);
    }
}
