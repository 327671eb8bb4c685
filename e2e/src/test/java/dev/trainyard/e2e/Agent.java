package dev.trainyard.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Makes agents of the virtual machine from classes of these tests: what changes a process of the product from outside. */
final class Agent {

    private Agent() {}

    /**
     * The jar of an agent, made in that folder if it is not there.
     *
     * @param type has {@code premain}, and needs no class but its own nested ones
     */
    static synchronized Path jar(Path directory, Class<?> type) {
        Path jar = directory.resolve(type.getSimpleName() + ".jar");
        if (Files.exists(jar)) {
            return jar;
        }
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", type.getName());
        manifest.getMainAttributes().putValue("Can-Retransform-Classes", "true");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            for (Path part : parts(type)) {
                out.putNextEntry(new JarEntry(type.getPackageName().replace('.', '/') + "/" + part.getFileName()));
                Files.copy(part, out);
                out.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return jar;
    }

    private static List<Path> parts(Class<?> type) throws IOException {
        String name = type.getSimpleName();
        Path self = Path.of(type.getResource(name + ".class").getPath());
        try (var files = Files.list(self.getParent())) {
            return files.filter(file -> file.getFileName().toString().matches(name + "[.$].*"))
                    .toList();
        }
    }
}
