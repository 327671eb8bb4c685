package dev.trainyard.cli.source;

import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.terminal.Shown;
import java.util.function.LongConsumer;

/** Shows the progress of a large upload: on a terminal, one line that is overwritten. */
final class UploadProgress implements LongConsumer, AutoCloseable {

    private static final long LARGE = 8 << 20;

    private final Session session;
    private final long size;
    private final boolean live;
    private long percent = -1;

    UploadProgress(Session session, long size) {
        this.session = session;
        this.size = size;
        this.live = size >= LARGE && session.isWatched();
        if (size >= LARGE && !live) {
            session.say("uploading the source, " + Shown.size(size));
        }
    }

    @Override
    public void accept(long sent) {
        if (live && sent * 100 / size > percent) {
            percent = sent * 100 / size;
            session.err().print("\rtrainyard: uploading the source, %s: %3d %%".formatted(Shown.size(size), percent));
            session.err().flush();
        }
    }

    @Override
    public void close() {
        if (live) {
            session.err().println();
        }
    }
}
