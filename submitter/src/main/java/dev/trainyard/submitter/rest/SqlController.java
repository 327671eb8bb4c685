package dev.trainyard.submitter.rest;

import dev.trainyard.db.HistorySql;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Users' own SQL queries on the history. */
@RestController
final class SqlController {

    private final HistorySql sql;

    SqlController(HistorySql sql) {
        this.sql = sql;
    }

    record Query(@Nullable String query) {}

    @PostMapping(path = "/api/v1/sql", consumes = MediaType.APPLICATION_JSON_VALUE)
    HistorySql.Result query(@RequestBody Query query) {
        if (query.query() == null) {
            throw ApiException.badRequest("query is missing: give {\"query\": \"select …\"}");
        }
        return sql.query(query.query());
    }
}
