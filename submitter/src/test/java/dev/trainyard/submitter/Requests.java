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

    static String of(String jobId, String name, String person, String labels) {
        return """
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "%s", "submittedBy": "%s", "labels": %s,
                 "image": {"reference": "busybox"}, "run": {"command": ["true"]}}""".formatted(jobId, name, person, labels);
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
