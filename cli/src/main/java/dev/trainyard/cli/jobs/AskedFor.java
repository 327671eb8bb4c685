package dev.trainyard.cli.jobs;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.terminal.Shown;
import dev.trainyard.core.text.ShellWords;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * Prints the request of a job, one field a line. A field without its own line here is printed under its name in the message. So no field is
 * missing, even if a server of a later release adds one.
 */
final class AskedFor {

    /** Fields that {@code show} prints as lines of the job, or that describe only the message. Hidden values show themselves. */
    private static final Set<String> OF_THE_JOB =
            Set.of("schema", "kind", "jobId", "name", "team", "submittedBy", "submittedAt", "priority", "masked");

    /** Fields with their own lines. */
    private static final Set<String> OF_THE_REQUEST =
            Set.of("labels", "gpus", "timeLimit", "retry", "notBefore", "image", "run", "gracePeriod");

    private static final Set<String> OF_THE_IMAGE = Set.of("reference", "build");

    private static final Set<String> OF_THE_BUILD = Set.of("dockerfile", "tag", "args");

    private static final Set<String> OF_THE_RUN = Set.of(
            "mounts",
            "outputs",
            "ports",
            "memory",
            "shmSize",
            "cpus",
            "environment",
            "publicVariables",
            "entrypoint",
            "command",
            "ulimits",
            "memoryReservation",
            "memorySwap");

    private static final String USUAL_GRACE_PERIOD = "PT10S";

    private final JsonObject asked;
    private final JsonObject request;
    private final Shown shown;

    /** @param asked the server's answer to {@code /jobs/ID/request} */
    AskedFor(JsonObject asked, Shown shown) {
        this.asked = asked;
        this.shown = shown;
        this.request = asked.object("request");
    }

    /** @param line accepts a name and a value, which may be empty */
    void print(BiConsumer<String, String> line) {
        line.accept("labels", pairs(request.object("labels"), List.of(), ", "));
        line.accept("model", asked.text("draft"));
        line.accept("parameters", pairs(asked.object("params"), asked.texts("defaults"), ", "));
        line.accept("gpus", gpus(request.object("gpus")));
        line.accept("time limit", Shown.span(request.text("timeLimit")));
        line.accept("retries", retries(request.object("retry")));
        line.accept("not before", shown.time(request.text("notBefore")));
        JsonObject image = request.object("image");
        JsonObject build = image.object("build");
        line.accept(
                "image",
                build.names().isEmpty()
                        ? image.text("reference")
                        : ("built from " + build.text("dockerfile") + " as " + build.text("tag"))
                                .replaceFirst(" as $", ""));
        line.accept("build args", variables(build.object("args")));
        others(build, OF_THE_BUILD, line);
        others(image, OF_THE_IMAGE, line);
        JsonObject run = request.object("run");
        line.accept("entrypoint", run.hasValue("entrypoint") ? words(run.texts("entrypoint")) : "");
        line.accept("command", words(run.texts("command")));
        for (JsonObject mount : run.objects("mounts")) {
            line.accept("mount", mount.text("source") + ":" + mount.text("target") + options(mount) + inPlace(mount));
        }
        JsonObject outputs = run.object("outputs");
        line.accept(
                "outputs at",
                outputs.text("location").isEmpty()
                        ? outputs.text("target").equals("/outputs") ? "" : outputs.text("target")
                        : outputs.text("location") + ":" + outputs.text("target") + inPlace(outputs));
        line.accept("ports", run.objects("ports").stream().map(AskedFor::port).collect(Collectors.joining(", ")));
        line.accept("memory", size(run.text("memory")));
        line.accept("shm size", size(run.text("shmSize")));
        line.accept("reserved", size(run.text("memoryReservation")));
        line.accept(
                "with swap", run.text("memorySwap").equals("-1") ? "without a limit" : size(run.text("memorySwap")));
        line.accept("cpus", run.text("cpus"));
        line.accept(
                "ulimits", run.objects("ulimits").stream().map(AskedFor::ulimit).collect(Collectors.joining(", ")));
        others(run, OF_THE_RUN, line);
        line.accept("variables", variables(run.object("environment")));
        String gracePeriod = request.text("gracePeriod");
        line.accept("grace", gracePeriod.equals(USUAL_GRACE_PERIOD) ? "" : Shown.span(gracePeriod));
        Set<String> known = new HashSet<>(OF_THE_JOB);
        known.addAll(OF_THE_REQUEST);
        others(request, known, line);
    }

    /** {@code stopSignal} becomes "stop signal". */
    private static void others(JsonObject part, Set<String> known, BiConsumer<String, String> line) {
        part.names().stream()
                .filter(name -> !known.contains(name))
                .forEach(name -> line.accept(
                        name.replaceAll("([a-z])([A-Z])", "$1 $2").toLowerCase(Locale.ROOT), any(part, name)));
    }

    private static String any(JsonObject part, String name) {
        if (!part.object(name).names().isEmpty()) {
            return pairs(part.object(name), List.of(), ", ");
        }
        List<JsonObject> objects = part.objects(name);
        if (!objects.isEmpty()) {
            return objects.stream().map(each -> pairs(each, List.of(), " ")).collect(Collectors.joining(", "));
        }
        List<String> texts = part.texts(name);
        return texts.isEmpty() ? part.text(name) : String.join(", ", texts);
    }

    private static String words(List<String> words) {
        return words.stream().map(ShellWords::quote).collect(Collectors.joining(" "));
    }

    private static String inPlace(JsonObject mount) {
        return mount.text("inPlace").equals("true") ? "  in place, on the submitter's machine" : "";
    }

    private static String options(JsonObject mount) {
        List<String> options = new ArrayList<>();
        options.add(mount.text("readOnly").equals("true") ? "ro" : "");
        options.add(mount.text("propagation"));
        options.add(mount.text("noCopy").equals("true") ? "nocopy" : "");
        String all = options.stream().filter(option -> !option.isEmpty()).collect(Collectors.joining(","));
        return all.isEmpty() ? "" : ":" + all;
    }

    private static String ulimit(JsonObject limit) {
        String soft = limit.text("soft");
        String hard = limit.text("hard");
        return limit.text("name") + "=" + soft + (soft.equals(hard) ? "" : ":" + hard);
    }

    /** For most callers the server has values only of variables that the request declares public. */
    private static String variables(JsonObject environment) {
        return environment.names().stream()
                .map(name -> environment.hasValue(name) ? name + "=" + environment.text(name) : name + " (hidden)")
                .collect(Collectors.joining(", "));
    }

    private static String pairs(JsonObject object, List<String> defaults, String gap) {
        return object.names().stream()
                .map(name -> name + "=" + object.text(name) + (defaults.contains(name) ? " (default)" : ""))
                .collect(Collectors.joining(gap));
    }

    private static String gpus(JsonObject gpus) {
        List<String> words = new ArrayList<>(gpus.texts("deviceIds"));
        words.add(gpus.text("count"));
        words.add(gpus.text("type"));
        words.add(gpus.text("minMemory").isEmpty() ? "" : "at least " + size(gpus.text("minMemory")));
        return words.stream().filter(word -> !word.isEmpty()).collect(Collectors.joining(", "));
    }

    /** Empty for one attempt without rules, which is the default. */
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
