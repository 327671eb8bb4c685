package dev.trainyard.submitter.rest;

import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatusCode;

/** Answers with an {@link ErrorBody} instead of an HTML page when Tomcat refuses a request before Spring sees it, for example because of a
 * broken request line or a forbidden character. */
public final class ProblemValve extends ErrorReportValve {

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        if (response.getStatus() < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        try {
            String detail = response.getMessage() == null ? "the request cannot be read" : response.getMessage();
            ErrorBody.of(HttpStatusCode.valueOf(response.getStatus()), detail).write(response);
            response.finishResponse();
        } catch (IOException e) {
            getContainer().getLogger().debug("the client has disconnected", e);
        }
    }
}
