package dev.trainyard.core.request;

import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.RunSpec;
import dev.trainyard.core.training.RunSpec.Isolation;
import dev.trainyard.core.training.RunSpec.Mount;
import dev.trainyard.core.training.RunSpec.Network;
import dev.trainyard.core.training.RunSpec.PortMapping;
import dev.trainyard.core.training.RunSpec.Resources;
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
        words("command", run.program().command());
        words("entrypoint", run.program().entrypoint());
        texts("environment", run.program().environment());
        list("publicVariables", run.program().publicVariables());
        text("workingDir", run.program().workingDir());
        text("user", run.program().user());
        objects("mounts", run.storage().mounts(), this::mount);
        json.writeObjectPropertyStart("outputs");
        text("target", run.storage().outputs().target());
        text("location", run.storage().outputs().location());
        json.writeEndObject();
        objects("ports", run.network().ports(), this::port);
        size("shmSize", run.storage().shmSize());
        text("ipc", run.isolation().ipc());
        objects("ulimits", run.resources().ulimits(), this::ulimit);
        size("memory", run.resources().memory());
        if (run.resources().cpus() != null) {
            json.writeNumberProperty("cpus", run.resources().cpus());
        }
        text("hostname", run.network().hostname());
        if (run.program().init() != null) {
            json.writeBooleanProperty("init", run.program().init());
        }
        text("stopSignal", run.program().stopSignal());
        list("tmpfs", run.storage().tmpfs());
        list("capDrop", run.isolation().capDrop());
        flag("readOnly", run.storage().readOnly());
        list("extraHosts", run.network().extraHosts());
        text("networkMode", run.network().networkMode());
        flag("tty", run.program().tty());
        flag("stdinOpen", run.program().stdinOpen());
        list("dns", run.network().dns());
        list("groupAdd", run.program().groupAdd());
        number("pidsLimit", run.resources().pidsLimit());
        isolation(run.isolation());
        list("anonymousVolumes", run.storage().anonymousVolumes());
        list("expose", run.network().expose());
        flag("publishAll", run.network().publishAll());
        resources(run.resources());
        network(run.network());
        json.writeEndObject();
    }

    private void isolation(Isolation isolation) {
        flag("privileged", isolation.privileged());
        list("capAdd", isolation.capAdd());
        list("securityOpt", isolation.securityOpt());
        text("pid", isolation.pid());
        text("userns", isolation.userns());
        list("devices", isolation.devices());
        text("cgroupns", isolation.cgroupns());
        text("uts", isolation.uts());
        texts("sysctls", isolation.sysctls());
    }

    private void resources(Resources resources) {
        text("cpusetCpus", resources.cpusetCpus());
        text("cpusetMems", resources.cpusetMems());
        number("cpuShares", resources.cpuShares());
        size("memoryReservation", resources.memoryReservation());
        number("memorySwap", resources.memorySwap());
        number("oomScoreAdj", resources.oomScoreAdj());
    }

    private void network(Network network) {
        list("dnsSearch", network.dnsSearch());
        list("dnsOptions", network.dnsOptions());
        text("domainname", network.domainname());
        text("macAddress", network.macAddress());
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
