package dev.trainyard.submitter.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.trainyard.core.request.InvalidRequest;
import dev.trainyard.core.text.Problem;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/**
 * The body of an error answer, as RFC 9457 defines it.
 *
 * @param problems each thing that is wrong in a request message, a draft or its parameters, and its place
 * @param position position in an SQL query, in characters from 1
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ErrorBody(
        String type,
        String title,
        int status,
        String detail,
        @Nullable List<Entry> problems,
        @Nullable Integer position,
        @Nullable String hint) {

    record Entry(String path, String message, String remedy) {}

    static ErrorBody of(HttpStatusCode status, String detail) {
        HttpStatus known = HttpStatus.resolve(status.value());
        String title = known == null ? "Error" : known.getReasonPhrase();
        return new ErrorBody("about:blank", title, status.value(), detail, null, null, null);
    }

    static ErrorBody of(InvalidRequest invalid) {
        return of("the request message has", invalid.problems());
    }

    /** @param whatHas start of a sentence; the number of problems is appended */
    static ErrorBody of(String whatHas, List<Problem> problems) {
        List<Entry> entries = problems.stream()
                .map(problem -> new Entry(problem.where(), problem.what(), problem.remedy()))
                .toList();
        String detail = entries.size() == 1
                ? "%s a problem".formatted(whatHas)
                : "%s %d problems".formatted(whatHas, entries.size());
        ErrorBody problem = of(HttpStatus.BAD_REQUEST, detail);
        return new ErrorBody(problem.type, problem.title, problem.status, detail, entries, null, null);
    }

    /** For filters and valves, which answer outside of Spring's controllers. */
    void write(HttpServletResponse response) throws IOException {
        response.setStatus(status);
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.getOutputStream().write(JsonMapper.shared().writeValueAsBytes(this));
    }

    ErrorBody at(int queryPosition, @Nullable String queryHint) {
        return new ErrorBody(
                type, title, status, detail, problems, queryPosition == 0 ? null : queryPosition, queryHint);
    }
}
