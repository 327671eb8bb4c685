package dev.trainyard.worker.image;

import dev.trainyard.worker.engine.BuildOrder;
import dev.trainyard.worker.engine.EngineImage;
import dev.trainyard.worker.engine.EngineImages;
import dev.trainyard.worker.engine.EngineMessage;
import dev.trainyard.worker.engine.EnginePlatform;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Consumer;

/** An engine that does what no real one does on demand: break off in the middle. A test says what it does; nothing else is asked of it. */
abstract class StandInImages implements EngineImages {

    @Override
    public Optional<EngineImage> inspect(String reference) {
        throw new AssertionError(reference);
    }

    @Override
    public void pull(String reference, Consumer<EngineMessage> messages) {
        throw new AssertionError(reference);
    }

    @Override
    public EnginePlatform platform() {
        throw new AssertionError();
    }

    @Override
    public void build(BuildOrder order, InputStream context, Consumer<EngineMessage> messages) {
        throw new AssertionError();
    }

    @Override
    public void tag(String image, String name) {
        throw new AssertionError(image);
    }
}
