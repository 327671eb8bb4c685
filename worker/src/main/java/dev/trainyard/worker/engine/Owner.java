package dev.trainyard.worker.engine;

import dev.trainyard.core.lifecycle.WorkerId;
import java.util.UUID;

/** Whose a container is: a worker touches only those of its own installation and worker id. */
public record Owner(UUID installation, WorkerId worker) {}
