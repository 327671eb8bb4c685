package dev.trainyard.db;

import dev.trainyard.core.lifecycle.WorkerId;
import java.util.UUID;

/** One start of one worker: what every write of a worker is fenced by. */
public record Incarnation(WorkerId worker, UUID id) {}
