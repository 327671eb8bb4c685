package dev.trainyard.db;

import dev.trainyard.core.lifecycle.WorkerId;
import java.util.UUID;

/** One start of one worker. Every write of a worker checks that its incarnation is still the current one. */
public record Incarnation(WorkerId worker, UUID id) {}
