package dev.trainyard.worker.output;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** Writes TensorBoard event files, as far as tests need them. */
public final class EventFile {

    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public EventFile() {
        record(new Message().fixed64(1, 1.5e9).bytes(3, text("brain.Event:2")));
    }

    /** As TensorFlow 1, Keras and most loggers. */
    public EventFile simple(String tag, long step, double wallTime, float value) {
        return value(step, wallTime, new Message().bytes(1, text(tag)).fixed32(2, value));
    }

    /** As TensorFlow 2 and PyTorch's new style: one float in a list. */
    public EventFile floats(String tag, long step, double wallTime, float... values) {
        Message packed = new Message();
        for (float value : values) {
            packed.raw(little(Float.BYTES).putFloat(0, value));
        }
        return tensor(tag, step, wallTime, new Message().varint(1, 1).bytes(5, packed.done()));
    }

    /** As TensorFlow 2 writes what it has as a constant. */
    public EventFile content(String tag, long step, double wallTime, double value) {
        byte[] content = little(Double.BYTES).putDouble(0, value).array();
        return tensor(tag, step, wallTime, new Message().varint(1, 2).bytes(4, content));
    }

    /** Its checksums are right, and its content breaks off behind a whole value. */
    public EventFile broken(String tag, long step, double wallTime, float value) {
        byte[] whole = new Message().bytes(1, text(tag)).fixed32(2, value).done();
        Message summary = new Message().bytes(1, whole).raw(ByteBuffer.wrap(new byte[] {(1 << 3) | BYTES, 100}));
        record(new Message().fixed64(1, wallTime).varint(2, step).bytes(5, summary.done()));
        return this;
    }

    /** An event of these bytes. */
    public EventFile event(byte[] content) {
        record(new Message().raw(ByteBuffer.wrap(content)));
        return this;
    }

    public EventFile raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    public byte[] bytes() {
        return out.toByteArray();
    }

    private EventFile tensor(String tag, long step, double wallTime, Message tensor) {
        return value(
                step,
                wallTime,
                new Message().bytes(1, text(tag)).bytes(9, text("metadata")).bytes(8, tensor.done()));
    }

    private EventFile value(long step, double wallTime, Message value) {
        Message summary = new Message().bytes(1, value.done());
        record(new Message().fixed64(1, wallTime).varint(2, step).bytes(5, summary.done()));
        return this;
    }

    private void record(Message event) {
        byte[] data = event.done();
        byte[] length = little(Long.BYTES).putLong(0, data.length).array();
        raw(length).raw(maskedCrc(length)).raw(data).raw(maskedCrc(data));
    }

    private static byte[] maskedCrc(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        int masked = Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
        return little(Integer.BYTES).putInt(0, masked).array();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A protobuf message. */
    private static final class Message {

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message varint(int field, long value) {
            number((field << 3) | VARINT);
            number(value);
            return this;
        }

        Message fixed64(int field, double value) {
            number((field << 3) | FIXED_64);
            return raw(little(Double.BYTES).putDouble(0, value));
        }

        Message fixed32(int field, float value) {
            number((field << 3) | FIXED_32);
            return raw(little(Float.BYTES).putFloat(0, value));
        }

        Message bytes(int field, byte[] value) {
            number((field << 3) | BYTES);
            number(value.length);
            out.writeBytes(value);
            return this;
        }

        Message raw(ByteBuffer bytes) {
            out.writeBytes(bytes.array());
            return this;
        }

        byte[] done() {
            return out.toByteArray();
        }

        private void number(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                out.write((int) (rest & 0x7F) | 0x80);
                rest >>>= 7;
            }
            out.write((int) rest);
        }
    }
}
