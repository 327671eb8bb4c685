package dev.trainyard.submitter.rest;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.SequenceInputStream;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Treats a POST without a body as {@code {}}, whatever its content type: {@code curl -X POST} sends none, and {@code curl -d ''} declares a
 * form. The filter reads to see whether there is a body, since a client may not know its length in advance. White space counts as no body.
 * A body that exists must still be declared as JSON. {@link SameOrigin} refuses foreign pages, also those that send no body.
 */
final class EmptyBody extends OncePerRequestFilter {

    private static final int MOST_SPACE = 1_024;

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        chain.doFilter(request.getMethod().equals("POST") ? looked(request) : request, response);
    }

    /** The same request: with {@code {}} if it has no body, else with every byte of its body. */
    private static HttpServletRequest looked(HttpServletRequest request) throws IOException {
        InputStream body = request.getInputStream();
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        int next = body.read();
        while (next >= 0) {
            read.write(next);
            if (!isSpace(next) || read.size() == MOST_SPACE) {
                return new Unread(request, new SequenceInputStream(new ByteArrayInputStream(read.toByteArray()), body));
            }
            next = body.read();
        }
        return new EmptyObject(request);
    }

    private static boolean isSpace(int c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }

    /** A request whose body can be read from its start again. */
    private static class Unread extends HttpServletRequestWrapper {

        private final ServletInputStream body;

        Unread(HttpServletRequest request, InputStream body) {
            super(request);
            this.body = new Body(body);
        }

        @Override
        public ServletInputStream getInputStream() {
            return body;
        }

        @Override
        public BufferedReader getReader() {
            return new BufferedReader(new InputStreamReader(body, UTF_8));
        }
    }

    private static final class Body extends ServletInputStream {

        private final InputStream bytes;
        private boolean finished;

        Body(InputStream bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() throws IOException {
            int read = bytes.read();
            finished = read < 0;
            return read;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int read = bytes.read(into, from, length);
            finished = read < 0;
            return read;
        }

        @Override
        public boolean isFinished() {
            return finished;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new IllegalStateException("this request is not asynchronous");
        }
    }

    /** The same request with an empty JSON object. */
    private static final class EmptyObject extends Unread {

        private static final byte[] BODY = "{}".getBytes(UTF_8);

        EmptyObject(HttpServletRequest request) {
            super(request, new ByteArrayInputStream(BODY));
        }

        @Override
        public String getContentType() {
            return MediaType.APPLICATION_JSON_VALUE;
        }

        @Override
        public int getContentLength() {
            return BODY.length;
        }

        @Override
        public long getContentLengthLong() {
            return BODY.length;
        }

        @Override
        public String getHeader(String name) {
            return name.equalsIgnoreCase(HttpHeaders.CONTENT_TYPE)
                    ? getContentType()
                    : name.equalsIgnoreCase(HttpHeaders.CONTENT_LENGTH)
                            ? Integer.toString(BODY.length)
                            : super.getHeader(name);
        }

        @Override
        public Enumeration<String> getHeaders(String name) {
            return name.equalsIgnoreCase(HttpHeaders.CONTENT_TYPE) || name.equalsIgnoreCase(HttpHeaders.CONTENT_LENGTH)
                    ? Collections.enumeration(Set.of(getHeader(name)))
                    : super.getHeaders(name);
        }

        @Override
        public Enumeration<String> getHeaderNames() {
            Set<String> names = new LinkedHashSet<>();
            for (String name : Collections.list(super.getHeaderNames())) {
                if (!name.equalsIgnoreCase(HttpHeaders.CONTENT_TYPE)
                        && !name.equalsIgnoreCase(HttpHeaders.CONTENT_LENGTH)) {
                    names.add(name);
                }
            }
            names.add(HttpHeaders.CONTENT_TYPE);
            names.add(HttpHeaders.CONTENT_LENGTH);
            return Collections.enumeration(names);
        }
    }
}
