package dev.trainyard.core.request;

import dev.trainyard.core.json.CanonicalJson;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.RunSpec;
import dev.trainyard.core.training.RunSpec.Mount;
import dev.trainyard.core.training.RunSpec.Outputs;
import dev.trainyard.core.training.RunSpec.PortMapping;
import dev.trainyard.core.training.RunSpec.Ulimit;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A valid request chosen by chance, the same for the same seed. */
final class AnyRequest {

    private static final String CHARACTERS = "abcXYZ019 _-./:='\"\\\n\tàß€漢😀\u2028";

    private final Random random;

    AnyRequest(long seed) {
        random = new Random(seed);
    }

    Request next() {
        JobId id = new JobId(UuidV7.generate(instant(), random));
        if (random.nextInt(5) == 0) {
            return train(id);
        }
        return random.nextInt(10) == 0
                ? new Request.Cancel(id, maybe(this::text), maybe(this::instant), random.nextBoolean())
                : new Request.Submit(
                        id,
                        "job-" + random.nextInt(1000),
                        maybe(this::text),
                        maybe(this::text),
                        map(),
                        random.nextInt(1001),
                        maybe(this::instant),
                        image(),
                        run(),
                        gpus(),
                        new RetryPolicy(1 + random.nextInt(100), duration(3600), list(this::rule)),
                        maybe(() -> duration(1_000_000).plusNanos(1)),
                        duration(86_000),
                        maybe(this::instant));
    }

    private Request.Train train(JobId id) {
        Map<String, ParameterValue> params = new LinkedHashMap<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            params.put("-".repeat(random.nextInt(3)) + "p" + random.nextInt(100), value());
        }
        return new Request.Train(
                id,
                new DraftRef("model-" + random.nextInt(10), maybe(() -> 1 + random.nextInt(100))),
                params,
                maybe(() -> "/logs/run-" + random.nextInt(10)),
                maybe(() -> "job-" + random.nextInt(1000)),
                maybe(this::text),
                maybe(this::text),
                map(),
                random.nextInt(1001),
                maybe(this::instant),
                // A message cannot say that it wants none: that is to say nothing.
                maybe(() -> new Gpus.Count(1 + random.nextInt(16), maybe(this::text), maybe(this::size))),
                new RetryPolicy(1 + random.nextInt(100), duration(3600), list(this::rule)),
                maybe(() -> duration(1_000_000).plusNanos(1)),
                maybe(() -> duration(86_000)),
                maybe(this::instant));
    }

    private ParameterValue value() {
        return switch (random.nextInt(4)) {
            case 0 -> new ParameterValue.Text(text());
            case 1 -> new ParameterValue.Flag(random.nextBoolean());
            case 2 -> new ParameterValue.Numeric(Integer.toString(random.nextInt()));
            default -> new ParameterValue.Numeric(CanonicalJson.number(random.nextGaussian() * 1e-4));
        };
    }

    private ImageSource image() {
        return random.nextBoolean()
                ? new ImageSource.Reference(
                        "registry.local:5000/team/image-" + random.nextInt(10) + ":1.2_x",
                        ImageSource.Pull.values()[random.nextInt(3)])
                : new ImageSource.Build(
                        "sha256:" + "0af7".repeat(16),
                        "docker/Dockerfile",
                        map(),
                        maybe(() -> "train"),
                        maybe(() -> "own/tag"));
    }

    private RunSpec run() {
        int[] unique = {0};
        return RunSpec.builder()
                .command(maybe(() -> list(this::text)))
                .entrypoint(maybe(() -> list(this::text)))
                .environment(map())
                .publicVariables(list(() -> "SEED" + unique[0]++))
                .workingDir(maybe(() -> "/work dir"))
                .user(maybe(() -> "1000:1000"))
                .mounts(list(() -> random.nextBoolean()
                        ? new Mount(
                                "/data/ä b",
                                "/mnt/" + unique[0]++,
                                random.nextBoolean(),
                                maybe(() -> "rslave"),
                                false,
                                random.nextBoolean())
                        : new Mount(
                                "volume",
                                "/mnt/" + unique[0]++,
                                random.nextBoolean(),
                                null,
                                random.nextBoolean(),
                                false)))
                .anonymousVolumes(list(() -> "/anonymous/" + unique[0]++))
                .expose(list(() -> (1 + random.nextInt(9999)) + (random.nextBoolean() ? "-10000" : "") + "/sctp"))
                .publishAll(random.nextBoolean())
                .cpusetCpus(maybe(() -> "0-3,8"))
                .cpusetMems(maybe(() -> "0"))
                .cpuShares(maybe(() -> 2 + random.nextInt(1000)))
                .memoryReservation(maybe(this::size))
                .memorySwap(maybe(() -> random.nextLong(-1, 1L << 40)))
                .oomScoreAdj(maybe(() -> random.nextInt(-1000, 1001)))
                .cgroupns(maybe(() -> "private"))
                .uts(maybe(() -> "host"))
                .sysctls(random.nextBoolean() ? Map.of() : Map.of("net.core.somaxconn", "1024"))
                .outputs(random.nextBoolean() ? Outputs.MANAGED : new Outputs("/results", maybe(() -> "/logs/x")))
                .ports(list(() -> port(1024 + unique[0]++)))
                .dnsSearch(list(() -> "lab.example"))
                .dnsOptions(list(() -> "ndots:2"))
                .domainname(maybe(() -> "lab.example"))
                .macAddress(maybe(() -> "02:42:ac:11:00:02"))
                .shmSize(maybe(this::size))
                .ipc(maybe(() -> "host"))
                .ulimits(list(() -> new Ulimit("nofile", random.nextInt(10), random.nextBoolean() ? -1 : 100)))
                .memory(maybe(this::size))
                .cpus(maybe(() -> BigDecimal.valueOf(1 + random.nextInt(10_000), 2)))
                .hostname(maybe(() -> "trainer"))
                .init(maybe(random::nextBoolean))
                .stopSignal(maybe(() -> "SIGRTMIN+3"))
                .tmpfs(list(() -> "/tmp:size=1g"))
                .capDrop(list(() -> "NET_RAW"))
                .readOnly(random.nextBoolean())
                .extraHosts(list(() -> "db:10.0.0.1"))
                .networkMode(maybe(() -> "host"))
                .tty(random.nextBoolean())
                .stdinOpen(random.nextBoolean())
                .dns(list(() -> "fd00::53"))
                .groupAdd(list(this::text))
                .pidsLimit(maybe(() -> random.nextLong(-1, 10_000)))
                .privileged(random.nextBoolean())
                .capAdd(list(() -> "SYS_PTRACE"))
                .securityOpt(list(this::text))
                .pid(maybe(() -> "host"))
                .userns(maybe(() -> "host"))
                .devices(list(() -> "/dev/fuse"))
                .build();
    }

    private PortMapping port(int host) {
        @Nullable Integer taken = maybe(() -> host);
        return new PortMapping(
                maybe(() -> "::1"),
                taken,
                taken == null ? null : maybe(() -> host + 10),
                1 + random.nextInt(65535),
                "udp");
    }

    private Gpus gpus() {
        return switch (random.nextInt(4)) {
            case 0 -> Gpus.NONE;
            case 1 -> new Gpus.Count(1 + random.nextInt(16), maybe(this::text), maybe(this::size));
            case 2 -> new Gpus.All(maybe(this::text), maybe(this::size));
            default -> new Gpus.Devices(List.of("0", "GPU-1b2c", "MIG-x/0"));
        };
    }

    private RetryPolicy.Rule rule() {
        RetryPolicy.Action action = random.nextBoolean() ? RetryPolicy.Action.RETRY : RetryPolicy.Action.FAIL;
        return random.nextBoolean()
                ? new RetryPolicy.OnExitCode(List.of(random.nextInt(256), random.nextInt(256)), action)
                : new RetryPolicy.OnCause(List.of(Cause.values()[random.nextInt(Cause.values().length)]), action);
    }

    private String text() {
        int[] characters = CHARACTERS.codePoints().toArray();
        StringBuilder text = new StringBuilder("x");
        for (int i = random.nextInt(12); i > 0; i--) {
            text.appendCodePoint(characters[random.nextInt(characters.length)]);
        }
        return text.toString();
    }

    private DataSize size() {
        return new DataSize(random.nextLong() & (1L << 53) - 1);
    }

    private Duration duration(int seconds) {
        return Duration.ofSeconds(random.nextInt(seconds), random.nextBoolean() ? 0 : random.nextInt(1_000_000_000));
    }

    private Instant instant() {
        return Instant.ofEpochSecond(1_700_000_000L + random.nextInt(1_000_000_000), random.nextInt(1_000_000_000));
    }

    private Map<String, String> map() {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            map.put(text().replace("=", ""), text());
        }
        return map;
    }

    private <T> List<T> list(Supplier<T> item) {
        List<T> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            list.add(item.get());
        }
        return list;
    }

    private <T> @Nullable T maybe(Supplier<T> value) {
        return random.nextBoolean() ? value.get() : null;
    }
}
