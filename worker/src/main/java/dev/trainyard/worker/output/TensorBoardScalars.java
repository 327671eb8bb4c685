package dev.trainyard.worker.output;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.zip.CRC32C;

/**
 * Reads the scalars of a TensorBoard event file: a sequence of TFRecords (length, masked CRC-32C, data, masked CRC-32C; all little-endian),
 * each a protobuf {@code tensorflow.Event}. Formats: tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto and
 * tensorflow/core/framework/summary.proto.
 *
 * <p>The file of a killed program can end anywhere: complete records count.
 */
public final class TensorBoardScalars {

    /** A single event is small. A greater length means that the file is damaged. */
    private static final int MAX_RECORD = 16 << 20;

    /** Limit of summaries and values in one event, because each can be as short as two bytes. More means that the file is damaged. */
    private static final int MAX_ELEMENTS = 1 << 16;

    /** Maximum length of a tag in UTF-8. Longer tags are cut. The database limits them further. */
    private static final int MAX_TAG = 2_000;

    /** Length and its checksum. */
    private static final int HEADER = Long.BYTES + Integer.BYTES;

    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;

    private static final int FLOAT = 1;
    private static final int DOUBLE = 2;

    private TensorBoardScalars() {}

    /** One point of a curve. */
    public record Scalar(String tag, long step, Instant wallTime, double value) {}

    /**
     * The result of reading a file.
     *
     * @param reached where to continue when the file has grown
     */
    public record Part(List<Scalar> scalars, Reached reached) {}

    /** What follows after the last complete record. */
    private enum Rest {
        NOTHING,
        /** An incomplete record: a program is writing it, or was killed while writing it. */
        PART_OF_A_RECORD,
        DAMAGE
    }

    /** How far a file was read, and how many points in it are not valid. */
    public static final class Reached {

        public static final Reached BEGINNING = new Reached(0, Rest.NOTHING, 0);

        private final long end;
        private final Rest rest;
        private final long unnamed;

        private Reached(long end, Rest rest, long unnamed) {
            this.end = end;
            this.rest = rest;
            this.unnamed = unnamed;
        }

        /** End of the last complete record, in bytes. */
        public long end() {
            return end;
        }

        /**
         * What is missing, for people.
         *
         * @param written whether the file is final, so that an incomplete record will never be completed
         */
        public List<String> missing(String path, boolean written) {
            List<String> missing = new ArrayList<>();
            if (rest == Rest.DAMAGE) {
                missing.add("%s is damaged at byte %d: its points from there on are not recorded".formatted(path, end));
            } else if (rest == Rest.PART_OF_A_RECORD && written) {
                missing.add("%s ends within a record, at byte %d: that record is not recorded".formatted(path, end));
            }
            if (unnamed > 0) {
                missing.add("%s has %d points whose name is empty or has a NUL character, which cannot be recorded"
                        .formatted(path, unnamed));
            }
            return missing;
        }
    }

    /**
     * Reads the complete records of a file, even while it is being written.
     *
     * @param from where the previous call ended
     * @param limit reading stops when it is reached
     * @throws IOException if the file cannot be read; a damaged record only ends the reading
     */
    public static Part read(OpenFolder folder, Path file, Reached from, ScalarLimit limit)
            throws IOException, InterruptedException {
        List<Scalar> scalars = new ArrayList<>();
        long end = from.end;
        long unnamed = from.unnamed;
        Rest rest = Rest.NOTHING;
        Path parent = file.getParent();
        try (OpenFolder opened = folder.enter(parent == null ? Path.of("") : parent);
                InputStream raw = opened.read(file.getFileName(), end);
                DataInputStream in = new DataInputStream(new BufferedInputStream(raw, 1 << 16))) {
            while (true) {
                OutputManifest.heedInterrupt();
                byte[] header = in.readNBytes(HEADER);
                if (header.length < HEADER) {
                    rest = header.length == 0 ? Rest.NOTHING : Rest.PART_OF_A_RECORD;
                    break;
                }
                ByteBuffer fields = little(header);
                long length = fields.getLong();
                if (fields.getInt() != maskedCrc(header, 8) || length < 0 || length > MAX_RECORD) {
                    rest = Rest.DAMAGE;
                    break;
                }
                byte[] data = new byte[(int) length];
                in.readFully(data);
                if (Integer.reverseBytes(in.readInt()) != maskedCrc(data, data.length)) {
                    rest = Rest.DAMAGE;
                    break;
                }
                List<Scalar> ofRecord = event(little(data));
                List<Scalar> named = ofRecord.stream()
                        .filter(scalar -> isStorable(scalar.tag()))
                        .toList();
                if (!admit(named, scalars, limit)) {
                    break;
                }
                unnamed += ofRecord.size() - named.size();
                end += HEADER + length + Integer.BYTES;
            }
        } catch (ClosedByInterruptException e) {
            throw OutputManifest.interrupted();
        } catch (EOFException e) {
            rest = Rest.PART_OF_A_RECORD;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            rest = Rest.DAMAGE;
        }
        return new Part(scalars, new Reached(end, rest, unnamed));
    }

    private static boolean isStorable(String tag) {
        return !tag.isEmpty() && tag.indexOf(0) < 0;
    }

    /** Returns whether the limit admits all of them. */
    private static boolean admit(List<Scalar> read, List<Scalar> into, ScalarLimit limit) {
        for (Scalar scalar : read) {
            if (!limit.admits(scalar.tag())) {
                return false;
            }
            into.add(new Scalar(limit.kept(scalar.tag()), scalar.step(), scalar.wallTime(), scalar.value()));
        }
        return true;
    }

    private static ByteBuffer little(byte[] data) {
        return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int maskedCrc(byte[] data, int length) {
        CRC32C crc = new CRC32C();
        crc.update(data, 0, length);
        int value = (int) crc.getValue();
        return ((value >>> 15) | (value << 17)) + 0xa282ead8;
    }

    /** Reads the event twice, because the step and the time can follow the values. */
    private static List<Scalar> event(ByteBuffer event) {
        double wallTime = 0;
        long step = 0;
        ByteBuffer again = event.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        while (event.hasRemaining()) {
            long key = varint(event);
            int field = (int) (key >>> 3);
            int type = (int) (key & 7);
            if (field == 1 && type == FIXED_64) {
                wallTime = event.getDouble();
            } else if (field == 2 && type == VARINT) {
                step = varint(event);
            } else {
                skip(event, type);
            }
        }
        Instant at = Instant.ofEpochMilli((long) (wallTime * 1000));
        List<Scalar> scalars = new ArrayList<>();
        int elements = 0;
        while (again.hasRemaining()) {
            long key = varint(again);
            if (key >>> 3 == 5 && (key & 7) == BYTES) {
                elements = summary(bytes(again), step, at, scalars, counted(elements));
            } else {
                skip(again, (int) (key & 7));
            }
        }
        return scalars;
    }

    /** Returns the number of elements so far, including its own. */
    private static int summary(ByteBuffer summary, long step, Instant at, List<Scalar> into, int before) {
        int elements = before;
        while (summary.hasRemaining()) {
            long key = varint(summary);
            if (key >>> 3 == 1 && (key & 7) == BYTES) {
                elements = counted(elements);
                value(bytes(summary), step, at, into);
            } else {
                skip(summary, (int) (key & 7));
            }
        }
        return elements;
    }

    private static int counted(int elements) {
        if (elements == MAX_ELEMENTS) {
            throw new IllegalArgumentException("an event with more than %d values".formatted(MAX_ELEMENTS));
        }
        return elements + 1;
    }

    private static void value(ByteBuffer value, long step, Instant at, List<Scalar> into) {
        String tag = "";
        OptionalDouble number = OptionalDouble.empty();
        while (value.hasRemaining()) {
            long key = varint(value);
            int field = (int) (key >>> 3);
            int type = (int) (key & 7);
            if (field == 1 && type == BYTES) {
                ByteBuffer text = bytes(value);
                tag = StandardCharsets.UTF_8
                        .decode(text.limit(Math.min(text.limit(), MAX_TAG)))
                        .toString();
            } else if (field == 2 && type == FIXED_32) {
                number = OptionalDouble.of(value.getFloat());
            } else if (field == 8 && type == BYTES) {
                OptionalDouble scalar = tensor(bytes(value));
                number = scalar.isPresent() ? scalar : number;
            } else {
                skip(value, type);
            }
        }
        if (number.isPresent()) {
            into.add(new Scalar(tag, step, at, number.getAsDouble()));
        }
    }

    /** The value of a tensor with one element; tensors with more are histograms, images and the like. */
    private static OptionalDouble tensor(ByteBuffer tensor) {
        int type = 0;
        long count = 0;
        double value = 0;
        ByteBuffer content = ByteBuffer.allocate(0);
        while (tensor.hasRemaining()) {
            long key = varint(tensor);
            int field = (int) (key >>> 3);
            int wire = (int) (key & 7);
            if (field == 1 && wire == VARINT) {
                type = (int) varint(tensor);
            } else if (field == 4 && wire == BYTES) {
                content = bytes(tensor);
            } else if (field == 5 && wire == BYTES) {
                ByteBuffer packed = bytes(tensor);
                while (packed.hasRemaining()) {
                    value = packed.getFloat();
                    count++;
                }
            } else if (field == 5 && wire == FIXED_32) {
                value = tensor.getFloat();
                count++;
            } else if (field == 6 && wire == BYTES) {
                ByteBuffer packed = bytes(tensor);
                while (packed.hasRemaining()) {
                    value = packed.getDouble();
                    count++;
                }
            } else {
                skip(tensor, wire);
            }
        }
        if (type == FLOAT && content.remaining() == Float.BYTES) {
            return OptionalDouble.of(content.getFloat());
        }
        if (type == DOUBLE && content.remaining() == Double.BYTES) {
            return OptionalDouble.of(content.getDouble());
        }
        return count == 1 ? OptionalDouble.of(value) : OptionalDouble.empty();
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a varint longer than ten bytes");
    }

    private static ByteBuffer bytes(ByteBuffer in) {
        int length = length(in);
        ByteBuffer part = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + length);
        return part;
    }

    private static int length(ByteBuffer in) {
        long length = varint(in);
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        return (int) length;
    }

    private static void skip(ByteBuffer in, int type) {
        switch (type) {
            case VARINT -> varint(in);
            case FIXED_64 -> in.getLong();
            case BYTES -> {
                int length = length(in);
                in.position(in.position() + length);
            }
            case FIXED_32 -> in.getInt();
            default -> throw new IllegalArgumentException("unknown wire type " + type);
        }
    }
}
