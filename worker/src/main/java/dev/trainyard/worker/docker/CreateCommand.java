package dev.trainyard.worker.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.BindOptions;
import com.github.dockerjava.api.model.BindPropagation;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Device;
import com.github.dockerjava.api.model.DeviceRequest;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.InternetProtocol;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.Ulimit;
import com.github.dockerjava.api.model.Volume;
import com.github.dockerjava.api.model.VolumeOptions;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.training.RunSpec;
import dev.trainyard.worker.engine.ContainerSpec;
import dev.trainyard.worker.engine.EngineRefused;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Converts a {@link ContainerSpec} to the engine's request, field by field as {@code docker run --detach} does. */
final class CreateCommand {

    private static final BigDecimal NANO = BigDecimal.valueOf(1_000_000_000L);

    private CreateCommand() {}

    static CreateContainerCmd of(DockerClient docker, ContainerSpec spec) {
        RunSpec run = spec.run();
        RunSpec.Program program = run.program();
        RunSpec.Network network = run.network();
        RunSpec.Storage storage = run.storage();
        CreateContainerCmd create = docker.createContainerCmd(spec.image())
                .withName(spec.name())
                .withLabels(spec.labels())
                .withEnv(spec.environment().entrySet().stream()
                        .map(variable -> variable.getKey() + "=" + variable.getValue())
                        .toList())
                .withTty(program.tty())
                .withStdinOpen(program.stdinOpen())
                .withExposedPorts(Stream.concat(
                                network.ports().stream().map(CreateCommand::exposed),
                                network.expose().stream().flatMap(CreateCommand::exposed))
                        .distinct()
                        .toList())
                .withHostConfig(hostConfig(spec));
        if (program.command() != null) {
            create.withCmd(program.command());
        }
        if (program.entrypoint() != null) {
            // One empty word clears the image's entrypoint: docker/cli, "--entrypoint= is parsed then Entrypoint is
            // reset".
            create.withEntrypoint(program.entrypoint().isEmpty() ? List.of("") : program.entrypoint());
        }
        if (program.workingDir() != null) {
            create.withWorkingDir(program.workingDir());
        }
        if (program.user() != null) {
            create.withUser(program.user());
        }
        if (network.hostname() != null) {
            create.withHostName(network.hostname());
        }
        if (network.domainname() != null) {
            create.withDomainName(network.domainname());
        }
        if (network.macAddress() != null) {
            create.withMacAddress(network.macAddress());
        }
        if (program.stopSignal() != null) {
            create.withStopSignal(program.stopSignal());
        }
        if (!storage.anonymousVolumes().isEmpty()) {
            create.withVolumes(
                    storage.anonymousVolumes().stream().map(Volume::new).toList());
        }
        if (spec.stopTimeout() != null) {
            create.withStopTimeout(Math.toIntExact(spec.stopTimeout().toSeconds()));
        }
        return create;
    }

    private static HostConfig hostConfig(ContainerSpec spec) {
        RunSpec run = spec.run();
        RunSpec.Program program = run.program();
        RunSpec.Network network = run.network();
        RunSpec.Storage storage = run.storage();
        RunSpec.Resources resources = run.resources();
        RunSpec.Isolation isolation = run.isolation();
        return HostConfig.newHostConfig()
                .withMounts(spec.mounts().stream().map(CreateCommand::mount).toList())
                .withPortBindings(ports(network.ports()))
                .withShmSize(bytes(storage.shmSize()))
                .withIpcMode(isolation.ipc())
                .withUlimits(resources.ulimits().stream()
                        .map(limit -> new Ulimit(limit.name(), limit.soft(), limit.hard()))
                        .toArray(Ulimit[]::new))
                .withMemory(bytes(spec.memory()))
                .withNanoCPUs(
                        resources.cpus() == null
                                ? null
                                : resources.cpus().multiply(NANO).longValueExact())
                .withInit(program.init())
                .withTmpFs(tmpfs(storage.tmpfs()))
                .withCapDrop(
                        spec.capDrop().stream().map(CreateCommand::capability).toArray(Capability[]::new))
                .withReadonlyRootfs(storage.readOnly())
                .withExtraHosts(network.extraHosts().toArray(String[]::new))
                .withNetworkMode(network.networkMode() == null ? "default" : network.networkMode())
                .withDns(network.dns())
                .withDnsSearch(network.dnsSearch())
                .withDnsOptions(network.dnsOptions())
                .withGroupAdd(program.groupAdd().isEmpty() ? null : program.groupAdd())
                .withPidsLimit(spec.pids())
                .withStorageOpt(
                        spec.rootFileSystem() == null
                                ? null
                                : Map.of(
                                        "size",
                                        Long.toString(spec.rootFileSystem().bytes())))
                .withPrivileged(isolation.privileged())
                .withCapAdd(isolation.capAdd().stream()
                        .map(CreateCommand::capability)
                        .toArray(Capability[]::new))
                .withSecurityOpts(isolation.securityOpt().isEmpty() ? null : isolation.securityOpt())
                .withPidMode(isolation.pid())
                .withUsernsMode(isolation.userns())
                .withDevices(isolation.devices().stream().map(Device::parse).toArray(Device[]::new))
                .withPublishAllPorts(network.publishAll())
                .withCpusetCpus(resources.cpusetCpus())
                .withCpusetMems(resources.cpusetMems())
                .withCpuShares(resources.cpuShares())
                .withMemoryReservation(bytes(resources.memoryReservation()))
                .withMemorySwap(resources.memorySwap())
                .withOomScoreAdj(resources.oomScoreAdj())
                .withCgroupnsMode(isolation.cgroupns())
                .withUtSMode(isolation.uts())
                .withSysctls(isolation.sysctls().isEmpty() ? null : isolation.sysctls())
                .withDeviceRequests(deviceRequests(spec.gpus()))
                .withLogConfig(logConfig(spec.logBudget()));
    }

    /** As {@code --mount}, not {@code --volume}: a missing source of a bind mount is an error. It does not create a folder. */
    private static Mount mount(RunSpec.Mount mount) {
        Mount engine = new Mount()
                .withType(mount.source().startsWith("/") ? MountType.BIND : MountType.VOLUME)
                .withSource(mount.source())
                .withTarget(mount.target())
                .withReadOnly(mount.readOnly() ? true : null);
        if (mount.propagation() != null) {
            engine.withBindOptions(new BindOptions()
                    .withPropagation(BindPropagation.valueOf(
                            mount.propagation().toUpperCase(Locale.ROOT).replaceFirst("^R", "R_"))));
        }
        return mount.noCopy() ? engine.withVolumeOptions(new VolumeOptions().withNoCopy(true)) : engine;
    }

    private static Ports ports(List<RunSpec.PortMapping> mappings) {
        Ports ports = new Ports();
        for (RunSpec.PortMapping mapping : mappings) {
            String host = mapping.host() == null
                    ? ""
                    : mapping.host() + (mapping.hostLast() == null ? "" : "-" + mapping.hostLast());
            ports.bind(exposed(mapping), new Ports.Binding(mapping.hostIp(), host));
        }
        return ports;
    }

    /** @param ports {@code 80/tcp} or {@code 8000-8010/tcp} */
    private static Stream<ExposedPort> exposed(String ports) {
        List<String> words = Pattern.compile("[-/]").splitAsStream(ports).toList();
        InternetProtocol protocol = InternetProtocol.parse(words.getLast());
        return IntStream.rangeClosed(Integer.parseInt(words.getFirst()), Integer.parseInt(words.get(words.size() - 2)))
                .mapToObj(port -> new ExposedPort(port, protocol));
    }

    private static ExposedPort exposed(RunSpec.PortMapping mapping) {
        return new ExposedPort(mapping.container(), InternetProtocol.parse(mapping.protocol()));
    }

    private static Map<String, String> tmpfs(List<String> mounts) {
        Map<String, String> tmpfs = new LinkedHashMap<>();
        for (String mount : mounts) {
            int colon = mount.indexOf(':');
            tmpfs.put(colon < 0 ? mount : mount.substring(0, colon), colon < 0 ? "" : mount.substring(colon + 1));
        }
        return tmpfs;
    }

    private static Capability capability(String name) {
        String bare = name.toUpperCase(Locale.ROOT).replaceFirst("^CAP_", "");
        try {
            return Capability.valueOf(bare);
        } catch (IllegalArgumentException e) {
            throw new EngineRefused(400, "invalid capability: " + name, e);
        }
    }

    /** As {@code --gpus '"device=…"'}. */
    private static @Nullable List<DeviceRequest> deviceRequests(List<String> gpus) {
        if (gpus.isEmpty()) {
            return null;
        }
        return List.of(new DeviceRequest()
                .withDriver("")
                .withCount(0)
                .withDeviceIds(gpus)
                .withCapabilities(List.of(List.of("gpu")))
                .withOptions(Map.of()));
    }

    /**
     * Two files, so that at least half of the budget remains after a rotation. The budget applies to the engine's JSON files, in which each
     * line takes about 75 bytes more. The engine's other format ({@code local}) would keep bytes that are not UTF-8, but with it Docker 20.10
     * loses the end of a line of more than 16 KiB.
     */
    private static LogConfig logConfig(DataSize budget) {
        String half = Long.toString(Math.max(1, budget.bytes() / 2));
        return new LogConfig(LogConfig.LoggingType.JSON_FILE, Map.of("max-size", half, "max-file", "2"));
    }

    private static @Nullable Long bytes(@Nullable DataSize size) {
        return size == null ? null : size.bytes();
    }
}
