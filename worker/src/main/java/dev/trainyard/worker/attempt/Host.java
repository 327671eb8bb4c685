package dev.trainyard.worker.attempt;

import dev.trainyard.db.AttemptStore;
import dev.trainyard.db.Incarnation;
import dev.trainyard.db.LogStore;
import dev.trainyard.db.OutputStore;
import dev.trainyard.worker.container.Containers;
import dev.trainyard.worker.container.Owner;
import dev.trainyard.worker.image.Images;
import dev.trainyard.worker.output.Outputs;

/**
 * What the steps work with.
 *
 * @param me fences every write
 * @param owner whose labels our containers carry
 */
public record Host(
        Incarnation me,
        Owner owner,
        AttemptStore attempts,
        LogStore logs,
        OutputStore outputRows,
        Containers containers,
        Images images,
        Outputs outputs) {}
