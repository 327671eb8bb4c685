package dev.trainyard.worker;

import dev.trainyard.db.PostgresUrl;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a worker is started.
 *
 * @param kafka {@code host:port[,host:port…]}
 * @param name what people call it; unique among the running workers
 * @param devices {@code nvidia}, {@code slots:N}, {@code file:PATH} or {@code none}
 * @param stateDir keeps the worker's id; one per worker
 * @param outputsRoot host folder under which every attempt gets a folder of its own
 * @param ownFolders further folders in which what runs in this process keeps its files: no container may mount them
 * @param runSlots attempts that run at once at most; null: as many as there are devices, at least one
 * @param policy what containers of this host may be given; null: {@code /etc/trainyard/policy.yml}, else the built-in policy
 * @param onStop what a polite stop does to the trainings that run
 * @param environment for {@code DOCKER_HOST}, and {@code PATH} to {@code nvidia-smi}
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
