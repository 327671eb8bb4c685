package dev.trainyard.worker;

import dev.trainyard.db.PostgresUrl;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a worker.
 *
 * @param kafka {@code host:port[,host:port…]}
 * @param name name for people, unique among running workers
 * @param devices {@code nvidia}, {@code slots:N}, {@code file:PATH} or {@code none}
 * @param stateDir contains the worker's id; one per worker
 * @param outputsRoot folder on the host in which every attempt gets its own folder
 * @param ownFolders other folders with files of this process; no container may mount them
 * @param runSlots maximum number of simultaneous attempts; null for the number of devices, at least one
 * @param policy what containers on this host may use; null for {@code /etc/trainyard/policy.yml}, else the built-in policy
 * @param onStop what SIGTERM does to running trainings
 * @param environment for {@code DOCKER_HOST}, and for the {@code PATH} of {@code nvidia-smi}
 */
public record WorkerSettings(
        String kafka,
        PostgresUrl postgres,
        String name,
        String devices,
        Path stateDir,
        Path outputsRoot,
        List<Path> ownFolders,
        @Nullable Integer runSlots,
        @Nullable Path policy,
        OnStop onStop,
        Map<String, String> environment) {}
