package dev.trainyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.cli.Cli.Result;
import dev.trainyard.cli.server.FakeServer;
import dev.trainyard.cli.server.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SqlTest {

    private static final String ANSWER = """
            {"columns":["name","n"],"rows":[["a \\"b\\", c",1],[null,20],["",null]],"truncated":true}""";

    private final FakeServer server = new FakeServer();
    private final Cli cli = Cli.with(server);

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void a_query_is_sent_unchanged_and_its_rows_are_printed_as_a_table() {
        server.answers("POST /sql", 200, ANSWER);

        Result result = cli.run("sql", "select \"name\", n\nfrom x");

        assertThat(server.received().getFirst().body()).isEqualTo("{\"query\":\"select \\\"name\\\", n\\nfrom x\"}");
        assertThat(result.out()).isEqualTo("""
                name       n
                a "b", c   1
                          20

                (3 rows)
                """);
        assertThat(result.err()).isEqualTo("trainyard: only the first 3 rows are shown. Add a WHERE or LIMIT clause\n");
    }

    @Test
    void a_query_may_begin_with_a_comment() {
        server.answers("POST /sql", 200, ANSWER);

        for (String query :
                List.of("-- the longest jobs\nselect 1\n", "--\nselect 1", "--csv or not\nselect 1", "- 1")) {
            assertThat(cli.run("sql", query, "--csv").out()).as(query).startsWith("name,n\n");
            assertThat(cli.run("sql", "--csv", query).exitCode()).as(query).isZero();
            assertThat(server.received().getLast().body())
                    .isEqualTo(new String(JsonText.object(Map.of("query", query)), StandardCharsets.UTF_8));
        }
        assertThat(cli.run("sql", "-- a\nselect 1", "--cvs").err())
                .startsWith("error: unknown option '--cvs'; did you mean --csv?");
    }

    @Test
    void csv_distinguishes_null_from_an_empty_text() {
        server.answers("POST /sql", 200, ANSWER);

        assertThat(cli.run("sql", "select 1", "--csv").out()).isEqualTo("name,n\n\"a \"\"b\"\", c\",1\n,20\n\"\",\n");
    }

    @Test
    void nested_values_are_shown_as_json() {
        server.answers("POST /sql", 200, """
                {"columns":["labels","argv"],"rows":[[{"a": 1.50, "b":[]},["sh","-c"]]],"truncated":false}""");

        assertThat(cli.run("sql", "select 1").out()).startsWith("""
                labels               argv
                {"a": 1.50, "b":[]}  ["sh","-c"]
                """);
    }

    @Test
    void only_timestamps_are_shown_as_times_and_always_with_their_date() {
        server.answers("POST /sql", 200, """
                {"columns":["text","at"],"types":["text","timestamptz"],
                 "rows":[["2026-11-24T08:11:46.123Z","2026-11-24T08:11:46.123Z"]],"truncated":false}""");

        assertThat(cli.run("sql", "select 1").out().lines().toList().get(1))
                .isEqualTo("2026-11-24T08:11:46.123Z  2026-11-24 08:11:46");
    }

    @Test
    void an_empty_query_is_refused() {
        assertThat(cli.run("sql", " ").exitCode()).isEqualTo(64);
        assertThat(server.lines()).isEmpty();
    }

    @Test
    void json_and_csv_are_mutually_exclusive() {
        assertThat(cli.run("sql", "select 1", "--csv", "--json").exitCode()).isEqualTo(64);
    }

    @Test
    void an_error_of_the_database_is_shown_in_its_words() {
        server.answers("POST /sql", 400, """
                {"title":"Bad Request","status":400,"detail":"syntax error at or near \\"selct\\"","position":1,"hint":"Mind the spelling."}""");

        assertThat(cli.run("sql", "selct"))
                .isEqualTo(new Result(
                        64, "", "error: syntax error at or near \"selct\" (at character 1)\n  Mind the spelling.\n"));
    }
}
