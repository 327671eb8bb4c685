package dev.trainyard.worker.image;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of a tar, of which no more than a bounded number may lie between two contents. The library that reads the tar keeps the headers
 * of an entry in memory, whatever their size: attributes, comments, long names, maps of sparse files.
 */
final class TarHeaders extends FilterInputStream {

    /** Of one entry. A path has at most 4 KiB, and the attributes of a file 64 KiB. */
    static final int MOST_BYTES = 256 << 10;

    private boolean inHeaders;
    private long left;

    TarHeaders(InputStream tar) {
        super(tar);
    }

    /** What is read from here on are headers. */
    void begin() {
        inHeaders = true;
        left = MOST_BYTES;
    }

    /** What is read from here on is content. */
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
