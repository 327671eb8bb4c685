package dev.trainyard.e2e;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * A process of the product whose host's clock is wrong: all that is not the JDK's own reads it so, and all of {@code java.time} does.
 * The monotonic clock stays right, as on a host whose date is set wrong.
 *
 * <p>From outside, by an agent: a library that stands between the virtual machine and the system's clock (libfaketime) lets its timed
 * waits end at once.
 */
public final class WrongClock {

    private static final ClassDesc INSTANT = ClassDesc.of(Instant.class.getName());

    private WrongClock() {}

    /** The option of the virtual machine that sets it. */
    static String option(java.nio.file.Path directory, Duration ahead) {
        return "-javaagent:%s=%d".formatted(Agent.jar(directory, WrongClock.class), ahead.toSeconds());
    }

    /** The agent's entry. */
    public static void premain(String seconds, Instrumentation instrumentation) throws Exception {
        long ahead = Long.parseLong(seconds);
        instrumentation.addTransformer(
                new ClassFileTransformer() {
                    @Override
                    public byte[] transform(
                            Module module,
                            ClassLoader loader,
                            String name,
                            Class<?> redefined,
                            ProtectionDomain domain,
                            byte[] bytes) {
                        if (name == null) {
                            return null;
                        }
                        if (name.equals("java/time/Clock")) {
                            return changed(bytes, "currentInstant", instant(ahead));
                        }
                        // The JDK's own are left alone: it counts its waits by them.
                        return loader == null ? null : changed(bytes, null, millis(ahead));
                    }
                },
                true);
        instrumentation.retransformClasses(Clock.class);
    }

    /** @param method the only one; null: all */
    private static byte[] changed(byte[] bytes, String method, CodeTransform change) {
        ClassFile file = ClassFile.of();
        return file.transformClass(
                file.parse(bytes),
                ClassTransform.transformingMethodBodies(
                        model -> method == null || model.methodName().equalsString(method), change));
    }

    private static CodeTransform instant(long ahead) {
        return (builder, element) -> {
            if (element instanceof ReturnInstruction) {
                builder.loadConstant(ahead)
                        .invokevirtual(INSTANT, "plusSeconds", MethodTypeDesc.of(INSTANT, ConstantDescs.CD_long));
            }
            builder.with(element);
        };
    }

    private static CodeTransform millis(long ahead) {
        return (builder, element) -> {
            builder.with(element);
            if (element instanceof InvokeInstruction call
                    && call.opcode() == Opcode.INVOKESTATIC
                    && call.owner().name().equalsString("java/lang/System")
                    && call.name().equalsString("currentTimeMillis")) {
                builder.loadConstant(ahead * 1000).ladd();
            }
        };
    }
}
