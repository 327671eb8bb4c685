package dev.trainyard.worker.image;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Limits the size of headers in a tar file. The library keeps the headers of an entry in memory without a limit: attributes, comments, long
 * names, maps of sparse files.
 */
final class TarHeaders extends FilterInputStream {

    /** Limit per entry. A path has at most 4 KiB, and the attributes of a file 64 KiB. */
    static final int MOST_BYTES = 256 << 10;

    private boolean inHeaders;
    private long left;

    TarHeaders(InputStream tar) {
        super(tar);
    }

    /** Headers begin here. */
    void begin() {
        inHeaders = true;
        left = MOST_BYTES;
    }

    /** Content begins here. */
    void end() {
        inHeaders = false;
    }

    @Override
    public int read() throws IOException {
        return counted(super.read(), 1);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int read = super.read(target, offset, length);
        return counted(read, read);
    }

    @Override
    public long skip(long count) throws IOException {
        long skipped = super.skip(count);
        counted(0, skipped);
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private int counted(int result, long bytes) throws RepackedContext.Dishonest {
        if (inHeaders && bytes > 0) {
            left -= bytes;
            if (left < 0) {
                throw new RepackedContext.Dishonest(
                        "an entry has more than 256 KiB of headers, such as its name, attributes and comments");
            }
        }
        return result;
    }
}
