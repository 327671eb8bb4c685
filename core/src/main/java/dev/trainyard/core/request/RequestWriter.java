package dev.trainyard.core.request;

import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.RunSpec;
import dev.trainyard.core.training.RunSpec.Addressing;
import dev.trainyard.core.training.RunSpec.Mount;
import dev.trainyard.core.training.RunSpec.PortMapping;
import dev.trainyard.core.training.RunSpec.Privileges;
import dev.trainyard.core.training.RunSpec.Tuning;
import dev.trainyard.core.training.RunSpec.Ulimit;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Writes a {@link Request} as the message. What is null or empty is left out; what has a default is written out. */
final class RequestWriter {

    private final JsonGenerator json;

    RequestWriter(JsonGenerator json) {
        this.json = json;
    }

    void write(Request request) {
        json.writeStartObject();
        text("schema", RequestCodec.SCHEMA);
        switch (request) {
            case Request.Submit submit -> submit(submit);
            case Request.Train train -> train(train);
            case Request.Cancel cancel -> {
                text("kind", "cancel");
                text("jobId", cancel.jobId());
                text("submittedBy", cancel.submittedBy());
                text("submittedAt", cancel.submittedAt());
                flag("force", cancel.force());
            }
        }
        json.writeEndObject();
    }

    private void submit(Request.Submit submit) {
        text("kind", "submit");
        text("jobId", submit.jobId());
        text("name", submit.name());
        text("team", submit.team());
        text("submittedBy", submit.submittedBy());
        text("submittedAt", submit.submittedAt());
        texts("labels", submit.labels());
        json.writeNumberProperty("priority", submit.priority());
        image(submit.image());
        run(submit.run());
        gpus(submit.gpus());
        retry(submit.retry());
        text("timeLimit", submit.timeLimit());
        text("gracePeriod", submit.gracePeriod());
        text("notBefore", submit.notBefore());
    }

    private void train(Request.Train train) {
        text("kind", "submit");
        text("jobId", train.jobId());
        text("draft", train.draft());
        params(train.params());
        if (train.outputs() != null) {
            json.writeObjectPropertyStart("outputs");
            text("location", train.outputs());
            json.writeEndObject();
        }
        text("name", train.name());
        text("team", train.team());
        text("submittedBy", train.submittedBy());
        text("submittedAt", train.submittedAt());
        texts("labels", train.labels());
        json.writeNumberProperty("priority", train.priority());
        if (train.gpus() != null) {
            gpus(train.gpus());
        }
        retry(train.retry());
        text("timeLimit", train.timeLimit());
        text("gracePeriod", train.gracePeriod());
        text("notBefore", train.notBefore());
    }

    private void params(Map<String, ParameterValue> params) {
        json.writeObjectPropertyStart("params");
        params.forEach((name, value) -> {
            switch (value) {
                case ParameterValue.Text(String text) -> json.writeStringProperty(name, text);
                case ParameterValue.Numeric(String text) -> json.writeNumberProperty(name, new BigDecimal(text));
                case ParameterValue.Flag(boolean on) -> json.writeBooleanProperty(name, on);
            }
        });
        json.writeEndObject();
    }

    private void image(ImageSource image) {
        json.writeObjectPropertyStart("image");
        switch (image) {
            case ImageSource.Reference(String reference, ImageSource.Pull pull) -> {
                text("reference", reference);
                text("pull", pull == ImageSource.Pull.MISSING ? null : pull.word());
            }
            case ImageSource.Build build -> {
                json.writeObjectPropertyStart("build");
                text("source", build.source());
                text("dockerfile", build.dockerfile());
                texts("args", build.args());
                text("target", build.target());
                text("tag", build.tag());
                json.writeEndObject();
            }
        }
        json.writeEndObject();
    }

    private void run(RunSpec run) {
        json.writeObjectPropertyStart("run");
        words("command", run.command());
        words("entrypoint", run.entrypoint());
        texts("environment", run.environment());
        list("publicVariables", run.publicVariables());
        text("workingDir", run.workingDir());
        text("user", run.user());
        objects("mounts", run.mounts(), this::mount);
        json.writeObjectPropertyStart("outputs");
        text("target", run.outputs().target());
        text("location", run.outputs().location());
        json.writeEndObject();
        objects("ports", run.ports(), this::port);
        size("shmSize", run.shmSize());
        text("ipc", run.ipc());
        objects("ulimits", run.ulimits(), this::ulimit);
        size("memory", run.memory());
        if (run.cpus() != null) {
            json.writeNumberProperty("cpus", run.cpus());
        }
        text("hostname", run.hostname());
        if (run.init() != null) {
            json.writeBooleanProperty("init", run.init());
        }
        text("stopSignal", run.stopSignal());
        list("tmpfs", run.tmpfs());
        list("capDrop", run.capDrop());
        flag("readOnly", run.readOnly());
        list("extraHosts", run.extraHosts());
        text("networkMode", run.networkMode());
        flag("tty", run.tty());
        flag("stdinOpen", run.stdinOpen());
        list("dns", run.dns());
        list("groupAdd", run.groupAdd());
        number("pidsLimit", run.pidsLimit());
        privileges(run.privileges());
        list("anonymousVolumes", run.anonymousVolumes());
        list("expose", run.expose());
        flag("publishAll", run.publishAll());
        tuning(run.tuning());
        addressing(run.addressing());
        json.writeEndObject();
    }

    private void privileges(Privileges privileges) {
        flag("privileged", privileges.privileged());
        list("capAdd", privileges.capAdd());
        list("securityOpt", privileges.securityOpt());
        text("pid", privileges.pid());
        text("userns", privileges.userns());
        list("devices", privileges.devices());
    }

    private void tuning(Tuning tuning) {
        text("cpusetCpus", tuning.cpusetCpus());
        text("cpusetMems", tuning.cpusetMems());
        number("cpuShares", tuning.cpuShares());
        size("memoryReservation", tuning.memoryReservation());
        number("memorySwap", tuning.memorySwap());
        number("oomScoreAdj", tuning.oomScoreAdj());
        text("cgroupns", tuning.cgroupns());
        text("uts", tuning.uts());
        texts("sysctls", tuning.sysctls());
    }

    private void addressing(Addressing addressing) {
        list("dnsSearch", addressing.dnsSearch());
        list("dnsOptions", addressing.dnsOptions());
        text("domainname", addressing.domainname());
        text("macAddress", addressing.macAddress());
    }

    private void mount(Mount mount) {
        text("source", mount.source());
        text("target", mount.target());
        flag("readOnly", mount.readOnly());
        text("propagation", mount.propagation());
        flag("noCopy", mount.noCopy());
    }

    private void port(PortMapping port) {
        text("hostIp", port.hostIp());
        number("host", port.host());
        number("hostLast", port.hostLast());
        json.writeNumberProperty("container", port.container());
        text("protocol", port.protocol());
    }

    private void ulimit(Ulimit ulimit) {
        text("name", ulimit.name());
        json.writeNumberProperty("soft", ulimit.soft());
        json.writeNumberProperty("hard", ulimit.hard());
    }

    private void gpus(Gpus gpus) {
        switch (gpus) {
            case Gpus.None() -> {}
            case Gpus.Count(int count, String type, DataSize minMemory) -> {
                json.writeObjectPropertyStart("gpus");
                json.writeNumberProperty("count", count);
                text("type", type);
                size("minMemory", minMemory);
                json.writeEndObject();
            }
            case Gpus.All(String type, DataSize minMemory) -> {
                json.writeObjectPropertyStart("gpus");
                text("count", "all");
                text("type", type);
                size("minMemory", minMemory);
                json.writeEndObject();
            }
            case Gpus.Devices(List<String> ids) -> {
                json.writeObjectPropertyStart("gpus");
                list("deviceIds", ids);
                json.writeEndObject();
            }
        }
    }

    private void retry(RetryPolicy retry) {
        json.writeName("retry");
        retryAlone(retry);
    }

    void retryAlone(RetryPolicy retry) {
        json.writeStartObject();
        json.writeNumberProperty("maxAttempts", retry.maxAttempts());
        text("backoff", retry.backoff());
        objects("rules", retry.rules(), this::rule);
        json.writeEndObject();
    }

    private void rule(RetryPolicy.Rule rule) {
        switch (rule) {
            case RetryPolicy.OnExitCode on -> {
                json.writeArrayPropertyStart("onExitCode");
                on.exitCodes().forEach(json::writeNumber);
                json.writeEndArray();
            }
            case RetryPolicy.OnCause on -> list("onCause", on.causes());
        }
        text("action", rule.action());
    }

    private void text(String name, @Nullable Object value) {
        if (value != null) {
            json.writeStringProperty(name, value.toString());
        }
    }

    private void number(String name, @Nullable Number value) {
        if (value != null) {
            json.writeNumberProperty(name, value.longValue());
        }
    }

    private void flag(String name, boolean on) {
        if (on) {
            json.writeBooleanProperty(name, true);
        }
    }

    private void size(String name, @Nullable DataSize size) {
        if (size != null) {
            json.writeNumberProperty(name, size.bytes());
        }
    }

    private void texts(String name, Map<String, String> texts) {
        if (!texts.isEmpty()) {
            json.writeObjectPropertyStart(name);
            texts.forEach(json::writeStringProperty);
            json.writeEndObject();
        }
    }

    /** Here an empty list means something else than none. */
    private void words(String name, @Nullable List<String> words) {
        if (words != null) {
            json.writeArrayPropertyStart(name);
            words.forEach(json::writeString);
            json.writeEndArray();
        }
    }

    private void list(String name, Collection<?> values) {
        if (!values.isEmpty()) {
            json.writeArrayPropertyStart(name);
            values.forEach(value -> json.writeString(value.toString()));
            json.writeEndArray();
        }
    }

    private <T> void objects(String name, Collection<T> values, Consumer<T> writer) {
        if (!values.isEmpty()) {
            json.writeArrayPropertyStart(name);
            for (T value : values) {
                json.writeStartObject();
                writer.accept(value);
                json.writeEndObject();
            }
            json.writeEndArray();
        }
    }
}
