package dev.trainyard.worker.docker;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.trainyard.core.text.DataSize;
import dev.trainyard.worker.engine.EngineSilent;
import dev.trainyard.worker.engine.TemporaryFolder;
import dev.trainyard.worker.engine.Workshop;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An engine of the test's own, which takes this host for one with GPUs: it accepts device requests and sets {@code
 * NVIDIA_VISIBLE_DEVICES}, because an executable named {@code nvidia-container-runtime-hook} is on its path. It can be
 * stopped and killed without harm to anyone. Needs root, dockerd and containerd; its containers have no network, so ask for
 * network {@code none}.
 */
public final class StandInGpuEngine implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TemporaryFolder folder;
    private final Path home;
    private final boolean liveRestore;
    private final Process containerd;
    private @Nullable Process dockerd;

    private StandInGpuEngine(TemporaryFolder folder, boolean liveRestore) throws IOException {
        this.folder = folder;
        this.home = folder.path();
        this.liveRestore = liveRestore;
        writeConfiguration();
        this.containerd = startContainerd();
    }

    /** An engine with the image {@code busybox:latest} of the host's own one. Its containers end when it stops. */
    public static StandInGpuEngine start() {
        return start(false, null);
    }

    /** As {@link #start()}; its containers outlive it. */
    public static StandInGpuEngine startWithLiveRestore() {
        return start(true, null);
    }

    /** As {@link #start()}; its disk holds no more than this, image included. */
    public static StandInGpuEngine startWithDisk(DataSize disk) {
        return start(false, disk);
    }

    public URI host() {
        return URI.create("unix://" + home.resolve("docker.sock"));
    }

    public DockerEngine connect() {
        return DockerEngine.open(host());
    }

    /** Kills the engine; {@link #startAgain} brings it back. */
    public void kill() {
        end(Process::destroyForcibly);
    }

    /** Stops the engine as a service manager would, which takes up to ten seconds if a container ignores SIGTERM. */
    public void stop() {
        end(Process::destroy);
    }

    /** Returns once the engine answers. */
    public void startAgain() {
        try {
            // A pid file that a killed engine left behind keeps the next one from starting.
            Files.deleteIfExists(home.resolve("docker.pid"));
            dockerd = startDockerd();
            awaitAnswer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        removeContainers();
        stop();
        containerd.destroy();
        await(containerd);
        unmount();
        folder.close();
    }

    private static StandInGpuEngine start(boolean liveRestore, @Nullable DataSize disk) {
        StandInGpuEngine engine;
        try {
            engine = new StandInGpuEngine(TemporaryFolder.create("trainyard-engine"), liveRestore);
        } catch (IOException e) {
            throw new UncheckedIOException("a stand-in engine needs containerd and dockerd, and root", e);
        }
        try {
            if (disk != null) {
                engine.limitDisk(disk);
            }
            engine.startAgain();
            engine.loadImage();
            return engine;
        } catch (IOException | RuntimeException e) {
            engine.close();
            throw new IllegalStateException(e);
        }
    }

    private void writeConfiguration() throws IOException {
        Path hook = Files.createDirectory(home.resolve("bin")).resolve("nvidia-container-runtime-hook");
        Files.writeString(hook, "#!/bin/sh\nexit 0\n");
        Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwxr-xr-x"));
        // Not the configuration of the host's engine.
        Files.writeString(home.resolve("dockerd.json"), "{}");
    }

    private void limitDisk(DataSize disk) throws IOException {
        String data = Files.createDirectory(home.resolve("data")).toString();
        await(new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=" + disk.bytes(), "tmpfs", data).start());
    }

    private Process startContainerd() throws IOException {
        Path config = home.resolve("containerd.toml");
        Files.writeString(config, """
                version = 2
                root = "%1$s/containerd/root"
                state = "%1$s/containerd/state"
                disabled_plugins = ["io.containerd.grpc.v1.cri"]
                [grpc]
                  address = "%1$s/containerd.sock"
                """.formatted(home));
        return process("containerd.log", List.of("containerd", "--config", config.toString()));
    }

    /** In a network namespace of its own: in the host's, {@code --bridge=none} removes the bridge of the host's engine. */
    private Process startDockerd() throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "unshare",
                "--net",
                "dockerd",
                "--containerd=" + home.resolve("containerd.sock"),
                "--data-root=" + home.resolve("data"),
                "--exec-root=" + home.resolve("exec"),
                "--pidfile=" + home.resolve("docker.pid"),
                "--host=" + host(),
                "--config-file=" + home.resolve("dockerd.json"),
                "--bridge=none",
                "--iptables=false"));
        if (liveRestore) {
            command.add("--live-restore");
        }
        return process("dockerd.log", command);
    }

    private Process process(String log, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(home.resolve(log).toFile()));
        builder.environment()
                .merge("PATH", home.resolve("bin").toString(), (path, bin) -> bin + File.pathSeparator + path);
        return builder.start();
    }

    private void awaitAnswer() throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try (DockerEngine engine = connect()) {
            while (true) {
                try {
                    engine.ping();
                    return;
                } catch (EngineSilent e) {
                    if (dockerd == null || !dockerd.isAlive() || System.nanoTime() > end) {
                        String log = Files.readString(home.resolve("dockerd.log"));
                        throw new IllegalStateException("the stand-in engine does not come up:\n" + log, e);
                    }
                    Thread.sleep(Duration.ofMillis(50));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void loadImage() throws IOException {
        List<Process> pipeline = ProcessBuilder.startPipeline(List.of(
                new ProcessBuilder("docker", "save", Workshop.IMAGE),
                new ProcessBuilder("docker", "--host", host().toString(), "load")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(
                                home.resolve("load.log").toFile()))));
        pipeline.forEach(StandInGpuEngine::await);
        if (pipeline.getLast().exitValue() != 0) {
            throw new IllegalStateException("cannot copy image " + Workshop.IMAGE + " from the host's engine");
        }
    }

    /** A container left running would keep its file system mounted under our home. */
    private void removeContainers() {
        try {
            Process ids = new ProcessBuilder("docker", "--host", host().toString(), "ps", "--all", "--quiet").start();
            List<String> command = new ArrayList<>(List.of("docker", "--host", host().toString(), "rm", "--force"));
            command.addAll(ids.inputReader().lines().toList());
            if (command.size() > 5) {
                await(new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A killed engine leaves its mounts behind, among them one of its data folder onto itself. */
    private void unmount() {
        try {
            List<String> mounts = Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                    .map(line -> line.split(" ")[1])
                    .filter(target -> target.startsWith(home + "/"))
                    .toList();
            for (String mount : mounts.reversed()) {
                await(new ProcessBuilder("umount", mount).start());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void end(Consumer<Process> how) {
        if (dockerd != null) {
            how.accept(dockerd);
            await(dockerd);
            dockerd = null;
        }
    }

    private static void await(Process process) {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
