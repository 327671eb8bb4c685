package dev.trainyard.submitter.rest;

import dev.trainyard.core.draft.InvalidParameters;
import dev.trainyard.core.reading.InvalidFile;
import dev.trainyard.core.request.InvalidRequest;
import dev.trainyard.core.request.JobId;
import dev.trainyard.db.Cursor;
import dev.trainyard.db.DatabaseUnavailable;
import dev.trainyard.db.HistorySql;
import dev.trainyard.db.Outage;
import dev.trainyard.submitter.publish.KafkaUnavailable;
import java.util.Set;
import java.util.UUID;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.transaction.TransactionException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.WebDataBinder;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.InitBinder;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.NoHandlerFoundException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import tools.jackson.core.JacksonException;

/** Turns every error into an {@link ErrorBody}. */
@RestControllerAdvice
final class ProblemAdvice extends ResponseEntityExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemAdvice.class);

    /** In seconds, for a service that does not answer or is overloaded. */
    private static final String ASK_AGAIN_AFTER = "5";

    @ExceptionHandler
    ResponseEntity<Object> refused(ApiException e) {
        return answer(ErrorBody.of(e.status(), String.valueOf(e.getMessage())));
    }

    @ExceptionHandler
    ResponseEntity<Object> refused(Cursor.Unreadable e) {
        return answer(ErrorBody.of(HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage())));
    }

    @ExceptionHandler
    ResponseEntity<Object> invalid(InvalidRequest e) {
        return answer(ErrorBody.of(e));
    }

    @InitBinder
    void numbers(WebDataBinder binder) {
        binder.registerCustomEditor(Integer.class, new DecimalNumber());
        binder.registerCustomEditor(int.class, new DecimalNumber());
    }

    @ExceptionHandler
    ResponseEntity<Object> invalid(InvalidParameters e) {
        return answer(ErrorBody.of("the parameters have", e.problems()));
    }

    @ExceptionHandler
    ResponseEntity<Object> invalid(InvalidFile e) {
        return answer(ErrorBody.of("the draft has", e.problems()));
    }

    @ExceptionHandler
    ResponseEntity<Object> queryFailed(HistorySql.QueryFailed e) {
        return answer(ErrorBody.of(HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage()))
                .at(e.position(), e.hint()));
    }

    @ExceptionHandler({KafkaUnavailable.class, DatabaseUnavailable.class})
    ResponseEntity<Object> unavailable(RuntimeException e) {
        return answer(ErrorBody.of(HttpStatus.SERVICE_UNAVAILABLE, String.valueOf(e.getMessage())));
    }

    @ExceptionHandler({DataAccessException.class, TransactionException.class})
    ResponseEntity<Object> databaseFailed(RuntimeException e) {
        return Outage.isTransient(e)
                ? answer(ErrorBody.of(
                        HttpStatus.SERVICE_UNAVAILABLE,
                        "Postgres %s: %s. Try again."
                                .formatted(
                                        Outage.isAway(e) ? "does not answer" : "cannot do this now", rootMessage(e))))
                : unexpected(e);
    }

    @ExceptionHandler
    ResponseEntity<Object> unreadable(InvalidParameterException e) {
        return answer(
                ErrorBody.of(
                        HttpStatus.BAD_REQUEST,
                        "the address has a query parameter that is not UTF-8, or is not encoded as addresses are (%20 for a space)"));
    }

    @ExceptionHandler
    ResponseEntity<Object> unexpected(Exception e) {
        UUID reference = UUID.randomUUID();
        LOG.error("event=unexpected-error reference={}", reference, e);
        return answer(ErrorBody.of(
                HttpStatus.INTERNAL_SERVER_ERROR,
                "internal error of the server; its log has the details under reference=" + reference));
    }

    @Override
    protected ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String why = e.getCause() instanceof JacksonException json ? UnreadableBody.why(json) : "it is missing";
        return answer(ErrorBody.of(status, "the body is not the JSON that is expected here: " + why));
    }

    @Override
    protected ResponseEntity<Object> handleHttpMediaTypeNotSupported(
            HttpMediaTypeNotSupportedException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return answer(ErrorBody.of(
                status,
                "the Content-Type of the body is %s. Send JSON, with the header Content-Type: application/json, or no body"
                        .formatted(e.getContentType() == null ? "not given" : e.getContentType())));
    }

    @Override
    protected ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String name = e instanceof MethodArgumentTypeMismatchException argument ? argument.getName() : "value";
        return answer(ErrorBody.of(status, "%s: '%s' %s".formatted(name, e.getValue(), expected(e.getRequiredType()))));
    }

    private static String expected(@Nullable Class<?> type) {
        if (type != null && type.isEnum()) {
            return "is not one of " + java.util.Arrays.toString(type.getEnumConstants());
        }
        if (type == JobId.class) {
            return "is not a job id, which is a UUID";
        }
        return type == Integer.class || type == int.class
                ? "is not a whole number of up to nine digits"
                : "cannot be read";
    }

    @Override
    protected ResponseEntity<Object> handleNoHandlerFoundException(
            NoHandlerFoundException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return answer(ErrorBody.of(
                status, "there is nothing at %s. The interface is below /api/v1".formatted(e.getRequestURL())));
    }

    @Override
    protected ResponseEntity<Object> handleHttpRequestMethodNotSupported(
            HttpRequestMethodNotSupportedException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        Set<HttpMethod> supported = e.getSupportedHttpMethods();
        String path = ((ServletWebRequest) request).getRequest().getRequestURI();
        return ResponseEntity.status(status)
                .headers(headers)
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(ErrorBody.of(status, "%s takes %s, not %s".formatted(path, supported, e.getMethod())));
    }

    /** Errors that Spring itself reports, in its words. */
    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception e, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return answer(ErrorBody.of(
                status,
                body instanceof org.springframework.http.ProblemDetail problem && problem.getDetail() != null
                        ? problem.getDetail()
                        : String.valueOf(e.getMessage())));
    }

    private static ResponseEntity<Object> answer(ErrorBody problem) {
        ResponseEntity.BodyBuilder answer =
                ResponseEntity.status(problem.status()).contentType(MediaType.APPLICATION_PROBLEM_JSON);
        if (problem.status() == HttpStatus.SERVICE_UNAVAILABLE.value()) {
            answer.header(HttpHeaders.RETRY_AFTER, ASK_AGAIN_AFTER);
        }
        return answer.body(problem);
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
