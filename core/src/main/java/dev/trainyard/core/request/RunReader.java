package dev.trainyard.core.request;

import dev.trainyard.core.json.JsonFields;
import dev.trainyard.core.json.RecordReader;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.LinuxVocabulary;
import dev.trainyard.core.training.RunSpec;
import dev.trainyard.core.training.RunSpec.Isolation;
import dev.trainyard.core.training.RunSpec.Mount;
import dev.trainyard.core.training.RunSpec.Network;
import dev.trainyard.core.training.RunSpec.Outputs;
import dev.trainyard.core.training.RunSpec.PortMapping;
import dev.trainyard.core.training.RunSpec.Program;
import dev.trainyard.core.training.RunSpec.Resources;
import dev.trainyard.core.training.RunSpec.Storage;
import dev.trainyard.core.training.RunSpec.Ulimit;
import dev.trainyard.core.training.Tmpfs;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the message's {@code run}. Its fields are the components of the parts of a {@link RunSpec}. The code here checks only the rules
 * that the schema cannot express.
 */
final class RunReader {

    private final JsonFields run;
    private final boolean isNew;

    /** @param isNew as for {@link RequestReader} */
    RunReader(JsonFields run, boolean isNew) {
        this.run = run;
        this.isNew = isNew;
    }

    RunSpec read() {
        return new RunSpec(
                program(RecordReader.read(Program.class, run)),
                storage(RecordReader.read(Storage.class, run)),
                network(RecordReader.read(Network.class, run)),
                resources(RecordReader.read(Resources.class, run)),
                RecordReader.read(Isolation.class, run));
    }

    private Program program(Program program) {
        // The engine accepts any number and fails only when it sends the signal.
        if (isNew && program.stopSignal() != null && !LinuxVocabulary.isSignal(program.stopSignal())) {
            run.problem(
                    "stopSignal",
                    "%s is not a Linux signal".formatted(Excerpt.quote(program.stopSignal())),
                    "Write one such as SIGINT, or a number from 1 to 64");
        }
        return program;
    }

    private Storage storage(Storage storage) {
        Outputs outputs = outputs(storage.outputs(), run.object("outputs"));
        Set<String> targets = new HashSet<>(Set.of(outputs.target()));
        List<Mount> mounts = run.list("mounts")
                .map(field -> mount(RecordReader.read(Mount.class, field), field, outputs, targets))
                .toList();
        if (isNew) {
            checkTmpfs(outputs, mounts);
        }
        List<String> anonymous = run.list("anonymousVolumes")
                .map(field -> anonymousVolume(field, targets))
                .toList();
        return storage.with(mounts, outputs, anonymous);
    }

    private void checkTmpfs(Outputs outputs, List<Mount> mounts) {
        List<String> targets = mounts.stream().map(Mount::target).toList();
        run.list("tmpfs")
                .forEach(tmpfs -> Tmpfs.faults(tmpfs.asText(), outputs.target(), targets)
                        .forEach(fault -> tmpfs.problem("", fault.what(), fault.remedy())));
    }

    private static Outputs outputs(Outputs outputs, JsonFields field) {
        @Nullable String location = outputs.location();
        if (outputs.inPlace() && location == null) {
            field.problem(
                    "inPlace", "is given without a location", "Name the folder as location, or leave inPlace out");
        }
        return new Outputs(
                field.plainPath("target", outputs.target()),
                location == null ? null : field.plainPath("location", location),
                outputs.inPlace());
    }

    private static Mount mount(Mount mount, JsonFields field, Outputs outputs, Set<String> targets) {
        String source = field.plainPath("source", mount.source());
        String target = field.plainPath("target", mount.target());
        if (!targets.add(target)) {
            field.problem(
                    "target",
                    "%s is mounted twice (the outputs are mounted at %s)"
                            .formatted(Excerpt.path(target), outputs.target()),
                    "Mount each path once. To choose a folder for the outputs, set run.outputs.location");
        }
        if (mount.propagation() != null && !source.startsWith("/")) {
            field.problem(
                    "propagation", "is given for a volume", "Leave it out. Only a path of the host has propagation");
        }
        if (mount.noCopy() && source.startsWith("/")) {
            field.problem("noCopy", "is given for a path of the host", "Leave it out. It applies only to volumes");
        }
        if (mount.inPlace() && !source.startsWith("/")) {
            field.problem("inPlace", "is given for a volume", "Leave it out; only a path is mounted in place");
        }
        return new Mount(source, target, mount.readOnly(), mount.propagation(), mount.noCopy(), mount.inPlace());
    }

    private static String anonymousVolume(JsonFields field, Set<String> targets) {
        String target = field.plainPath("", field.asText());
        if (!targets.add(target)) {
            field.problem("", "%s is mounted twice".formatted(Excerpt.path(target)), "Mount each path once");
        }
        return target;
    }

    private Network network(Network network) {
        Set<String> taken = new HashSet<>();
        run.list("ports").forEach(field -> check(RecordReader.read(PortMapping.class, field), field, taken));
        return network;
    }

    private static void check(PortMapping port, JsonFields field, Set<String> taken) {
        @Nullable Integer host = port.host();
        if (port.hostLast() != null && (host == null || port.hostLast() <= host)) {
            field.problem(
                    "hostLast", "is not above host", "Give the first port of the range as host, and the last one here");
        }
        if (port.isExact() && !taken.add(port.hostIp() + "/" + host + "/" + port.protocol())) {
            field.problem("host", "port %d is published twice".formatted(host), "Publish each host port once");
        }
    }

    private Resources resources(Resources resources) {
        // The engine counts in billionths of a CPU.
        if (resources.cpus() != null && resources.cpus().scale() > 9) {
            run.problem(
                    "cpus", "has more than nine decimals", "Give a number of CPUs from 0.01 on, for example 4 or 1.5");
        }
        run.list("ulimits").forEach(field -> {
            Ulimit limit = RecordReader.read(Ulimit.class, field);
            if (limit.hard() >= 0 && (limit.soft() > limit.hard() || limit.soft() < 0)) {
                field.problem("soft", "the soft limit is above the hard one", "Raise hard or lower soft");
            }
        });
        return resources;
    }
}
