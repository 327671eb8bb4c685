package dev.trainyard.submitter;

import java.util.UUID;

/** Request messages. */
final class Requests {

    private Requests() {}

    static String named(String jobId, String name) {
        return """
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "%s", "team": "vision",
                 "image": {"reference": "busybox"}, "run": {"command": ["true"], "environment": {"API_TOKEN": "s3cret"}}}""".formatted(jobId, name);
    }

    static String built(String jobId, String source) {
        return """
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "digits",
                 "image": {"build": {"source": "%s"}}, "run": {}}""".formatted(jobId, source);
    }

    static String newId() {
        return UUID.randomUUID().toString();
    }
}
