package dev.trainyard.worker.engine;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.training.RunSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Composes the container of an attempt from the request and the additions of the worker. Pure functions. */
public final class ContainerSpecs {

    public static final DataSize DEFAULT_LOG_BUDGET = new DataSize(1L << 30);

    public static final String VISIBLE_DEVICES = "NVIDIA_VISIBLE_DEVICES";

    /** Leaves room for number and id within 63 characters, the limit of a host name. */
    private static final int LONGEST_JOB_NAME = 40;

    private ContainerSpecs() {}

    /**
     * The container that {@code docker run} would start, plus Trainyard's name, labels, devices, outputs and log budget.
     *
     * @param devices all reserved devices, including run slots
     * @param imageId id of the image on the host
     * @param outputs existing folder on the host, to mount at the request's target of the outputs
     */
    public static ContainerSpec of(
            Owner owner,
            AttemptRef attempt,
            Request.Submit request,
            List<ReservedDevice> devices,
            String imageId,
            Path outputs,
            DataSize logBudget) {
        List<String> gpus = devices.stream()
                .filter(ReservedDevice::gpu)
                .map(ReservedDevice::key)
                .toList();
        return new ContainerSpec(
                name(request.name(), attempt),
                labels(owner, attempt, request, devices),
                imageId,
                request.run(),
                environment(request.run(), gpus),
                mounts(request.run(), outputs),
                gpus,
                stopTimeout(request.gracePeriod()),
                logBudget,
                request.run().resources().memory(),
                request.run().resources().pidsLimit(),
                null);
    }

    /** The name is fixed for an attempt, so that the worker finds the container of a create request whose response was lost. */
    public static String name(String jobName, AttemptRef attempt) {
        String name = jobName.replaceAll("[^a-zA-Z0-9_.-]+", "-");
        String kept = name.substring(0, Math.min(name.length(), LONGEST_JOB_NAME));
        return "ty-%s-%d-%s".formatted(kept, attempt.number(), attempt.id().shortForm());
    }

    /** Whether the name also belongs to the attempt. Labels are not enough: the engine copies labels of an image to the containers of build steps. */
    public static boolean isNameOf(String name, AttemptId attempt) {
        return name.startsWith("ty-") && name.endsWith("-" + attempt.shortForm());
    }

    private static Map<String, String> labels(
            Owner owner, AttemptRef attempt, Request.Submit request, List<ReservedDevice> devices) {
        Map<String, String> labels = new LinkedHashMap<>(request.labels());
        labels.putAll(Labels.of(owner, request.jobId(), attempt.id(), devices));
        return labels;
    }

    /**
     * Framework images set {@code NVIDIA_VISIBLE_DEVICES=all}. If nvidia is the default runtime, a container without a
     * reservation would then see every GPU. So the worker always sets this variable, and overrides image and request.
     */
    private static Map<String, String> environment(RunSpec run, List<String> gpus) {
        Map<String, String> environment = new LinkedHashMap<>(run.program().environment());
        environment.remove(VISIBLE_DEVICES);
        environment.put(VISIBLE_DEVICES, gpus.isEmpty() ? "void" : String.join(",", gpus));
        return environment;
    }

    private static List<RunSpec.Mount> mounts(RunSpec run, Path outputs) {
        List<RunSpec.Mount> mounts = new ArrayList<>(run.storage().mounts());
        mounts.add(new RunSpec.Mount(outputs.toString(), run.storage().outputs().target(), false));
        return mounts;
    }

    /**
     * The volumes of the image within the folder of the outputs, as relative paths. There the engine would mount an anonymous volume: the
     * program's files would go to that volume and be deleted with the container.
     *
     * @param imageVolumes folders that the image declares as volumes
     */
    public static List<Path> volumesInOutputs(RunSpec run, List<String> imageVolumes) {
        Path target = Path.of(run.storage().outputs().target()).normalize();
        Set<Path> mounted = Stream.of(
                        run.storage().mounts().stream().map(RunSpec.Mount::target),
                        run.storage().anonymousVolumes().stream(),
                        run.storage().tmpfs().stream().map(words -> words.split(":", 2)[0]))
                .flatMap(paths -> paths)
                .map(path -> Path.of(path).normalize())
                .collect(Collectors.toSet());
        return imageVolumes.stream()
                .map(volume -> Path.of("/").resolve(volume).normalize())
                .filter(volume -> volume.startsWith(target) && !volume.equals(target) && !mounted.contains(volume))
                .map(target::relativize)
                .sorted()
                .toList();
    }

    /** Compose's {@code stop_grace_period} is the container's stop timeout. Null for Docker's default. */
    private static @Nullable Duration stopTimeout(Duration gracePeriod) {
        return gracePeriod.equals(Request.Submit.DEFAULT_GRACE_PERIOD) ? null : gracePeriod;
    }
}
