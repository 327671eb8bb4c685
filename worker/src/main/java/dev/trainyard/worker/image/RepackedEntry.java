package dev.trainyard.worker.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipEncoding;

/**
 * An entry that is written in time linear to the length of its name. To fit a long name into the header, the library encodes the name again
 * and again, each time without its last letter (TarUtils.formatNameBytes of commons-compress 1.28): 30 ms for a name of 2,000 Cyrillic
 * letters. The full name is in a PAX header, so any part of it is good enough for the header.
 */
final class RepackedEntry extends TarArchiveEntry {

    private static final int LONGEST_OWNER = TarConstants.UNAMELEN;

    RepackedEntry(String name, byte kind) {
        super(name, kind, true);
    }

    /** Shortened to the size of the header field. */
    @Override
    public void setUserName(String name) {
        super.setUserName(cut(name));
    }

    /** Shortened to the size of the header field. */
    @Override
    public void setGroupName(String name) {
        super.setGroupName(cut(name));
    }

    private static String cut(String name) {
        return name.length() > LONGEST_OWNER ? name.substring(0, LONGEST_OWNER) : name;
    }

    @Override
    public void writeEntryHeader(byte[] header, ZipEncoding encoding, boolean starMode) throws IOException {
        super.writeEntryHeader(header, new Fitting(encoding), starMode);
    }

    /** Encodes only the beginning of a name that is longer than the field. */
    private record Fitting(ZipEncoding whole) implements ZipEncoding {

        @Override
        public boolean canEncode(String name) {
            return whole.canEncode(name);
        }

        @Override
        public ByteBuffer encode(String name) throws IOException {
            ByteBuffer bytes = whole.encode(name);
            return bytes.remaining() <= TarConstants.NAMELEN
                    ? bytes
                    : ByteBuffer.wrap(Arrays.copyOfRange(
                            bytes.array(),
                            bytes.arrayOffset() + bytes.position(),
                            bytes.arrayOffset() + bytes.position() + TarConstants.NAMELEN));
        }

        @Override
        public String decode(byte[] name) throws IOException {
            return whole.decode(name);
        }
    }
}
