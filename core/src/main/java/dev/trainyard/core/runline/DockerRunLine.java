package dev.trainyard.core.runline;

import dev.trainyard.core.request.Request;
import dev.trainyard.core.text.Logins;
import dev.trainyard.core.text.ShellWords;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.RunSpec;
import dev.trainyard.core.training.RunSpec.Isolation;
import dev.trainyard.core.training.RunSpec.Mount;
import dev.trainyard.core.training.RunSpec.Network;
import dev.trainyard.core.training.RunSpec.PortMapping;
import dev.trainyard.core.training.RunSpec.Resources;
import dev.trainyard.core.training.RunSpec.Ulimit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes the {@code docker run} line that is equivalent to a request, for people to read and try. It contains only the values of public
 * variables. Docker takes the others from the environment. Addresses have no user and password.
 */
public final class DockerRunLine {

    private final List<String> words = new ArrayList<>(List.of("docker", "run"));

    private DockerRunLine() {}

    /** One line, quoted for a POSIX shell. Values that only a host knows are in angle brackets. */
    public static String render(Request.Submit submit) {
        DockerRunLine line = new DockerRunLine();
        line.submit(submit);
        return line.text();
    }

    /** The {@code docker build} line to run before. Empty if the image is not built. */
    public static Optional<String> build(Request.Submit submit) {
        if (!(submit.image() instanceof ImageSource.Build build)) {
            return Optional.empty();
        }
        DockerRunLine line = new DockerRunLine();
        line.words.set(1, "build");
        line.option("--file", build.dockerfile());
        build.args().forEach((name, value) -> line.option("--build-arg", shown(submit.run(), name, value)));
        line.option("--target", build.target());
        line.option("--tag", image(build));
        line.words.add("<packed context>");
        return Optional.of(line.text());
    }

    private void submit(Request.Submit submit) {
        RunSpec run = submit.run();
        option("--name", submit.name());
        gpus(submit.gpus());
        submit.labels().forEach((name, value) -> option("--label", name + "=" + value));
        run.program().environment().forEach((name, value) -> {
            // Only the worker sets this variable.
            if (!name.equals("NVIDIA_VISIBLE_DEVICES")) {
                option("--env", shown(run, name, value));
            }
        });
        option("--workdir", run.program().workingDir());
        option("--user", run.program().user());
        run.storage().mounts().forEach(mount -> option("--volume", volume(mount)));
        String location = run.storage().outputs().location();
        option(
                "--volume",
                (location == null ? "<managed outputs>" : location) + ":"
                        + run.storage().outputs().target());
        run.storage().anonymousVolumes().forEach(target -> option("--volume", target));
        run.network().ports().forEach(port -> option("--publish", publish(port)));
        flag("--publish-all", run.network().publishAll());
        run.network().expose().forEach(port -> option("--expose", port));
        option("--shm-size", run.storage().shmSize());
        option("--ipc", run.isolation().ipc());
        run.resources().ulimits().forEach(limit -> option("--ulimit", ulimit(limit)));
        option("--memory", run.resources().memory());
        option(
                "--cpus",
                run.resources().cpus() == null ? null : run.resources().cpus().toPlainString());
        option("--hostname", run.network().hostname());
        flag("--init", Boolean.TRUE.equals(run.program().init()));
        option("--stop-signal", run.program().stopSignal());
        option("--stop-timeout", submit.gracePeriod().toSeconds());
        run.storage().tmpfs().forEach(tmpfs -> option("--tmpfs", tmpfs));
        run.isolation().capDrop().forEach(capability -> option("--cap-drop", capability));
        flag("--read-only", run.storage().readOnly());
        run.network().extraHosts().forEach(host -> option("--add-host", host));
        option("--network", run.network().networkMode());
        flag("--tty", run.program().tty());
        flag("--interactive", run.program().stdinOpen());
        run.network().dns().forEach(server -> option("--dns", server));
        run.program().groupAdd().forEach(group -> option("--group-add", group));
        option("--pids-limit", run.resources().pidsLimit());
        privileges(run.isolation());
        tuning(run.resources(), run.isolation());
        addressing(run.network());
        if (submit.image() instanceof ImageSource.Reference(String _, ImageSource.Pull pull)
                && pull != ImageSource.Pull.MISSING) {
            option("--pull", pull.word());
        }
        program(run.program().entrypoint(), image(submit.image()), run.program().command());
    }

    private void privileges(Isolation privileges) {
        flag("--privileged", privileges.privileged());
        privileges.capAdd().forEach(capability -> option("--cap-add", capability));
        privileges.securityOpt().forEach(option -> option("--security-opt", option));
        option("--pid", privileges.pid());
        option("--userns", privileges.userns());
        privileges.devices().forEach(device -> option("--device", device));
    }

    private void tuning(Resources tuning, Isolation isolation) {
        option("--cpuset-cpus", tuning.cpusetCpus());
        option("--cpuset-mems", tuning.cpusetMems());
        option("--cpu-shares", tuning.cpuShares());
        option("--memory-reservation", tuning.memoryReservation());
        option("--memory-swap", tuning.memorySwap());
        option("--oom-score-adj", tuning.oomScoreAdj());
        option("--cgroupns", isolation.cgroupns());
        option("--uts", isolation.uts());
        isolation.sysctls().forEach((name, value) -> option("--sysctl", name + "=" + value));
    }

    private void addressing(Network addressing) {
        addressing.dnsSearch().forEach(domain -> option("--dns-search", domain));
        addressing.dnsOptions().forEach(option -> option("--dns-option", option));
        option("--domainname", addressing.domainname());
        option("--mac-address", addressing.macAddress());
    }

    /** {@code --entrypoint} accepts one word. The other words of the entrypoint come first after the image. */
    private void program(@Nullable List<String> entrypoint, String image, @Nullable List<String> command) {
        if (entrypoint == null) {
            words.add(image);
        } else {
            option("--entrypoint", entrypoint.isEmpty() ? "" : entrypoint.getFirst());
            words.add(image);
            words.addAll(entrypoint.subList(Math.min(1, entrypoint.size()), entrypoint.size()));
        }
        if (command != null) {
            words.addAll(command);
        }
    }

    private void gpus(Gpus gpus) {
        switch (gpus) {
            case Gpus.None() -> option("--env", "NVIDIA_VISIBLE_DEVICES=void");
            case Gpus.Count count -> option("--gpus", count.count());
            case Gpus.All _ -> option("--gpus", "all");
            case Gpus.Devices(List<String> ids) -> option("--gpus", "\"device=" + String.join(",", ids) + "\"");
        }
    }

    private static String shown(RunSpec run, String name, String value) {
        return run.program().publicVariables().contains(name) ? name + "=" + value : name;
    }

    private String text() {
        return words.stream().map(Logins::removed).map(ShellWords::quote).collect(Collectors.joining(" "));
    }

    private static String volume(Mount mount) {
        String options = Stream.of(
                        mount.readOnly() ? "ro" : "",
                        String.valueOf(mount.propagation()),
                        mount.noCopy() ? "nocopy" : "")
                .filter(option -> !option.isEmpty() && !option.equals("null"))
                .collect(Collectors.joining(","));
        return mount.source() + ":" + mount.target() + (options.isEmpty() ? "" : ":" + options);
    }

    private static String publish(PortMapping port) {
        String ip = port.hostIp() == null
                ? ""
                : port.hostIp().contains(":") ? "[" + port.hostIp() + "]:" : port.hostIp() + ":";
        String host = port.host() == null ? (ip.isEmpty() ? "" : ":") : hostPorts(port) + ":";
        return ip + host + port.container() + (port.protocol().equals("tcp") ? "" : "/" + port.protocol());
    }

    private static String hostPorts(PortMapping port) {
        return port.host() + (port.hostLast() == null ? "" : "-" + port.hostLast());
    }

    private static String ulimit(Ulimit limit) {
        return limit.name() + "=" + limit.soft() + (limit.soft() == limit.hard() ? "" : ":" + limit.hard());
    }

    private static String image(ImageSource image) {
        return switch (image) {
            case ImageSource.Reference(String reference, ImageSource.Pull _) -> reference;
            case ImageSource.Build(String source, String _, Map<String, String> _, String _, String tag) ->
                tag == null ? "<image built from " + source + ">" : tag;
        };
    }

    private void option(String name, @Nullable Object value) {
        if (value != null) {
            words.add(name);
            words.add(value.toString());
        }
    }

    private void flag(String name, boolean on) {
        if (on) {
            words.add(name);
        }
    }
}
