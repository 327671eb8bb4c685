package dev.trainyard.cli.jobs;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.terminal.Shown;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/** What a job was asked to be, line by line: labels, model and parameters, limits, image, mounts, ports, variables. */
final class AskedFor {

    private final JsonObject asked;
    private final JsonObject request;

    /** @param asked the server's answer for the job's request */
    AskedFor(JsonObject asked) {
        this.asked = asked;
        this.request = asked.object("request");
    }

    /** @param line takes a name and a value, which may be empty */
    void print(BiConsumer<String, String> line) {
        line.accept("labels", pairs(request.object("labels"), List.of()));
        line.accept("model", asked.text("draft"));
        line.accept("parameters", pairs(asked.object("params"), asked.texts("defaults")));
        line.accept("gpus", gpus(request.object("gpus")));
        line.accept("time limit", Shown.span(request.text("timeLimit")));
        line.accept("retries", retries(request.object("retry")));
        line.accept("not before", request.text("notBefore"));
        JsonObject image = request.object("image");
        JsonObject build = image.object("build");
        line.accept(
                "image",
                build.names().isEmpty()
                        ? image.text("reference")
                        : ("built from " + build.text("dockerfile") + " as " + build.text("tag"))
                                .replaceFirst(" as $", ""));
        JsonObject run = request.object("run");
        for (JsonObject mount : run.objects("mounts")) {
            line.accept(
                    "mount",
                    mount.text("source") + ":" + mount.text("target")
                            + (mount.text("readOnly").equals("true") ? ":ro" : ""));
        }
        JsonObject outputs = run.object("outputs");
        line.accept(
                "outputs at",
                outputs.text("location").isEmpty() ? "" : outputs.text("location") + ":" + outputs.text("target"));
        line.accept("ports", run.objects("ports").stream().map(AskedFor::port).collect(Collectors.joining(", ")));
        line.accept("memory", size(run.text("memory")));
        line.accept("shm size", size(run.text("shmSize")));
        line.accept("cpus", run.text("cpus"));
        line.accept("variables", variables(run.object("environment")));
    }

    /** The history has no value of a variable that the request did not declare public. */
    private static String variables(JsonObject environment) {
        return environment.names().stream()
                .map(name -> environment.hasValue(name) ? name + "=" + environment.text(name) : name + " (hidden)")
                .collect(Collectors.joining(", "));
    }

    private static String pairs(JsonObject object, List<String> defaults) {
        return object.names().stream()
                .map(name -> name + "=" + object.text(name) + (defaults.contains(name) ? " (default)" : ""))
                .collect(Collectors.joining(", "));
    }

    private static String gpus(JsonObject gpus) {
        List<String> words = new ArrayList<>(gpus.texts("deviceIds"));
        words.add(gpus.text("count"));
        words.add(gpus.text("type"));
        words.add(gpus.text("minMemory").isEmpty() ? "" : "at least " + size(gpus.text("minMemory")));
        return words.stream().filter(word -> !word.isEmpty()).collect(Collectors.joining(", "));
    }

    /** Empty for one attempt without rules: that is nothing anybody asked for. */
    private static String retries(JsonObject retry) {
        List<String> words = new ArrayList<>();
        if (!retry.text("maxAttempts").isEmpty() && !retry.text("maxAttempts").equals("1")) {
            words.add(
                    "%s attempts, backoff %s".formatted(retry.text("maxAttempts"), Shown.span(retry.text("backoff"))));
        }
        for (JsonObject rule : retry.objects("rules")) {
            List<String> on = new ArrayList<>(rule.texts("onExitCode"));
            on.addAll(rule.texts("onCause"));
            words.add((rule.text("action").equals("RETRY") ? "retried on " : "failed on ") + String.join(", ", on));
        }
        return String.join("; ", words);
    }

    private static String port(JsonObject port) {
        String host = port.text("hostIp").isEmpty() ? "" : port.text("hostIp") + ":";
        String last = port.text("hostLast").isEmpty() ? "" : "-" + port.text("hostLast");
        return host + (port.text("host").isEmpty() ? "" : port.text("host") + last + ":") + port.text("container") + "/"
                + port.text("protocol");
    }

    private static String size(String bytes) {
        return bytes.matches("\\d{1,18}") ? Shown.size(Long.parseLong(bytes)) : bytes;
    }
}
