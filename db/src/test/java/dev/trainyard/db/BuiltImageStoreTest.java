package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BuiltImageStoreTest {

    private final Yard yard = new Yard();

    @AfterEach
    void close() {
        yard.close();
    }

    @Test
    void a_worker_remembers_what_it_has_built_itself_last() {
        BuiltImageStore mine = store("gpu-1");
        BuiltImageStore others = store("gpu-2");

        mine.record("trainyard/build:1", "sha256:a");
        mine.record("trainyard/build:1", "sha256:b");

        assertThat(mine.idOf("trainyard/build:1")).contains("sha256:b");
        assertThat(mine.idOf("trainyard/build:2")).isEmpty();
        assertThat(others.idOf("trainyard/build:1")).isEmpty();
    }

    private BuiltImageStore store(String worker) {
        return new BuiltImageStore(
                yard.database, yard.register(AWorker.named(worker).gpus(1)).worker());
    }
}
