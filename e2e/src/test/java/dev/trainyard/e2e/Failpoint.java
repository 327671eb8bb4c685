package dev.trainyard.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A named point of the product's code at which a process of it dies or stands still. The product knows nothing of it: an agent of the
 * virtual machine changes the one method when its class is loaded.
 *
 * @param type simple name of the class
 * @param where before the method does anything, or when it is about to return
 * @param nth which call of it
 */
public record Failpoint(String type, String method, Where where, What what, int nth) {

    private static final String PACKAGE = "dev/trainyard/";
    private static final ClassDesc SELF = ClassDesc.of(Failpoint.class.getName());

    private static volatile What whatHere = What.DIE;
    private static volatile int nthHere = 1;
    private static final AtomicInteger calls = new AtomicInteger();

    public enum Where {
        BEFORE,
        AFTER
    }

    public enum What {
        /** As {@code kill -9}: nothing is closed, nothing is flushed. */
        DIE,
        /** As {@code kill -STOP}. */
        FREEZE
    }

    /** {@code AttemptStore#created}, the first call. */
    static Failpoint dieAfter(String method) {
        return parse(method, Where.AFTER, What.DIE, 1);
    }

    static Failpoint dieBefore(String method) {
        return parse(method, Where.BEFORE, What.DIE, 1);
    }

    static Failpoint freezeBefore(String method) {
        return parse(method, Where.BEFORE, What.FREEZE, 1);
    }

    static Failpoint freezeAfter(String method) {
        return parse(method, Where.AFTER, What.FREEZE, 1);
    }

    /** At that call of the method instead of the first. */
    Failpoint atCall(int call) {
        return new Failpoint(type, method, where, what, call);
    }

    private static Failpoint parse(String method, Where where, What what, int nth) {
        String[] parts = method.split("#");
        return new Failpoint(parts[0], parts[1], where, what, nth);
    }

    @Override
    public String toString() {
        return "%s %s %s#%s"
                .formatted(what == What.DIE ? "killed" : "frozen", where.name().toLowerCase(Locale.ROOT), type, method);
    }

    /** The option of the virtual machine that sets it. */
    String option(Path directory) {
        return "-javaagent:%s=%s,%s,%s,%s,%d"
                .formatted(Agent.jar(directory, Failpoint.class), type, method, where, what, nth);
    }

    // In the process that is to fail
    // -----------------------------------------------------------------------------------

    /** The agent's entry. */
    public static void premain(String point, Instrumentation instrumentation) {
        String[] parts = point.split(",");
        whatHere = What.valueOf(parts[3]);
        nthHere = Integer.parseInt(parts[4]);
        Where where = Where.valueOf(parts[2]);
        instrumentation.addTransformer(new ClassFileTransformer() {
            @Override
            public byte[] transform(
                    ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain, byte[] bytes) {
                if (name == null || !name.startsWith(PACKAGE) || !name.endsWith("/" + parts[0])) {
                    return null;
                }
                ClassFile file = ClassFile.of();
                return file.transformClass(
                        file.parse(bytes),
                        ClassTransform.transformingMethodBodies(
                                method -> method.methodName().equalsString(parts[1]), hit(where)));
            }
        });
    }

    private static CodeTransform hit(Where where) {
        if (where == Where.AFTER) {
            return (builder, element) -> {
                if (element instanceof ReturnInstruction) {
                    call(builder);
                }
                builder.with(element);
            };
        }
        return new CodeTransform() {
            @Override
            public void atStart(CodeBuilder builder) {
                call(builder);
            }

            @Override
            public void accept(CodeBuilder builder, CodeElement element) {
                builder.with(element);
            }
        };
    }

    private static void call(CodeBuilder builder) {
        builder.invokestatic(SELF, "hit", ConstantDescs.MTD_void);
    }

    /** Called by the changed method. */
    public static void hit() {
        if (calls.incrementAndGet() != nthHere) {
            return;
        }
        System.err.println("failpoint reached");
        System.err.flush();
        if (whatHere == What.DIE) {
            Runtime.getRuntime().halt(137);
        }
        try {
            new ProcessBuilder(
                            "kill",
                            "-STOP",
                            Long.toString(ProcessHandle.current().pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
