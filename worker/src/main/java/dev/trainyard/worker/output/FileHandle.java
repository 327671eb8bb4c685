package dev.trainyard.worker.output;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A handle to a file, folder or anything else with a name, without opening it (Linux' {@code O_PATH}). For a pipe this does not block, and
 * for a device it has no effect. {@link #path()} leads to the same object even if another one gets its name. So it can be checked first and
 * then opened. Java has no such call.
 */
final class FileHandle implements AutoCloseable {

    private static final int NO_SUCH_FILE = 2;

    /** {@code AT_FDCWD}, which has no effect with an absolute path. */
    private static final int CURRENT_FOLDER = -100;

    private static final int HOLD_ONLY = 0x200000;
    private static final int CLOSE_ON_EXEC = 0x80000;

    /** {@code O_NOFOLLOW}, whose value depends on the architecture. */
    private static final int NO_LINK = System.getProperty("os.arch").equals("aarch64") ? 0x8000 : 0x20000;

    private static final String ERROR_NUMBER = "errno";
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemoryLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle NUMBER = CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement(ERROR_NUMBER));

    private static final MethodHandle OPEN = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("openat"),
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            Linker.Option.captureCallState(ERROR_NUMBER),
            Linker.Option.firstVariadicArg(3));

    private static final MethodHandle CLOSE = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("close"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private static final MethodHandle ERROR_TEXT = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("strerror"),
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));

    private final int number;
    private boolean closed;

    private FileHandle(int number) {
        this.number = number;
    }

    /** @param trusted a path in which links are followed */
    static FileHandle of(Path trusted) throws IOException {
        return open(CURRENT_FOLDER, trusted.toAbsolutePath(), CLOSE_ON_EXEC | HOLD_ONLY);
    }

    /**
     * A handle to the object with this name in this folder. For a link, it is the link itself.
     *
     * @param name a single path element
     */
    FileHandle in(Path name) throws IOException {
        return open(number, name, CLOSE_ON_EXEC | HOLD_ONLY | NO_LINK);
    }

    private static FileHandle open(int folder, Path path, int flags) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = PathText.bytes(path);
            MemorySegment text = arena.allocate(bytes.length + 1L);
            MemorySegment.copy(bytes, 0, text, ValueLayout.JAVA_BYTE, 0, bytes.length);
            MemorySegment state = arena.allocate(CALL_STATE);
            int number = (int) OPEN.invokeExact(state, folder, text, flags);
            if (number < 0) {
                throw failure(path, (int) NUMBER.get(state, 0L));
            }
            return new FileHandle(number);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a call of the system throws nothing", e);
        }
    }

    private static IOException failure(Path path, int error) throws Throwable {
        if (error == NO_SUCH_FILE) {
            return new NoSuchFileException(path.toString());
        }
        MemorySegment text = (MemorySegment) ERROR_TEXT.invokeExact(error);
        return new FileSystemException(
                path.toString(), null, text.reinterpret(Long.MAX_VALUE).getString(0));
    }

    /** A path to the object, valid in this process while the handle is open. For a link, it leads to the link itself. */
    Path path() {
        return Path.of("/proc/self/fd", Integer.toString(number));
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            int unused = (int) CLOSE.invokeExact(number);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a call of the system throws nothing", e);
        }
    }
}
