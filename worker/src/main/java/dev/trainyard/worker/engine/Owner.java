package dev.trainyard.worker.engine;

import dev.trainyard.core.lifecycle.WorkerId;
import java.util.UUID;

/** The owner of a container. A worker touches only containers of its own installation and worker id. */
public record Owner(UUID installation, WorkerId worker) {}
