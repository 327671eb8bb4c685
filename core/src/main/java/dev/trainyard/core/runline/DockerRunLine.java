package dev.trainyard.core.runline;

import dev.trainyard.core.request.Request;
import dev.trainyard.core.text.Logins;
import dev.trainyard.core.text.ShellWords;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.RunSpec;
import dev.trainyard.core.training.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes the {@code docker run} line that is equivalent to a request, for people to read and try. It contains only the values of public
 * variables. Docker takes the others from the environment. Addresses have no user and password.
 */
public final class DockerRunLine {

    private final List<String> words = new ArrayList<>(List.of("docker", "run"));

    private DockerRunLine() {}

    /** One line, quoted for a POSIX shell. Values that only a host knows are in angle brackets. */
    public static String render(Request.Submit submit) {
        DockerRunLine line = new DockerRunLine();
        line.submit(submit);
        return line.text();
    }

    /** The {@code docker build} line to run before. Empty if the image is not built. */
    public static Optional<String> build(Request.Submit submit) {
        if (!(submit.image() instanceof ImageSource.Build build)) {
            return Optional.empty();
        }
        DockerRunLine line = new DockerRunLine();
        line.words.set(1, "build");
        line.option("--file", build.dockerfile());
        build.args().forEach((name, value) -> line.option("--build-arg", shown(submit.run(), name, value)));
        line.option("--target", build.target());
        line.option("--tag", image(build));
        line.words.add("<packed context>");
        return Optional.of(line.text());
    }

    private void submit(Request.Submit submit) {
        RunSpec run = submit.run();
        option("--name", submit.name());
        gpus(submit.gpus());
        submit.labels().forEach((name, value) -> option("--label", name + "=" + value));
        run.program().environment().forEach((name, value) -> {
            // Only the worker sets this variable.
            if (!name.equals("NVIDIA_VISIBLE_DEVICES")) {
                option("--env", shown(run, name, value));
            }
        });
        for (Setting setting : Setting.ALL) {
            setting.values().apply(run).forEach(value -> setting(setting, value));
            if (setting.flag().equals("stop-signal")) {
                option("--stop-timeout", submit.gracePeriod().toSeconds());
            }
        }
        if (submit.image() instanceof ImageSource.Reference(String _, ImageSource.Pull pull)
                && pull != ImageSource.Pull.MISSING) {
            option("--pull", pull.word());
        }
        program(run.program().entrypoint(), image(submit.image()), run.program().command());
    }

    /** {@code --entrypoint} accepts one word. The other words of the entrypoint come first after the image. */
    private void program(@Nullable List<String> entrypoint, String image, @Nullable List<String> command) {
        if (entrypoint == null) {
            words.add(image);
        } else {
            option("--entrypoint", entrypoint.isEmpty() ? "" : entrypoint.getFirst());
            words.add(image);
            words.addAll(entrypoint.subList(Math.min(1, entrypoint.size()), entrypoint.size()));
        }
        if (command != null) {
            words.addAll(command);
        }
    }

    private void gpus(Gpus gpus) {
        switch (gpus) {
            case Gpus.None() -> option("--env", "NVIDIA_VISIBLE_DEVICES=void");
            case Gpus.Count count -> option("--gpus", count.count());
            case Gpus.All _ -> option("--gpus", "all");
            case Gpus.Devices(List<String> ids) -> option("--gpus", "\"device=" + String.join(",", ids) + "\"");
        }
    }

    private static String shown(RunSpec run, String name, String value) {
        return run.program().publicVariables().contains(name) ? name + "=" + value : name;
    }

    private String text() {
        return words.stream().map(Logins::removed).map(ShellWords::quote).collect(Collectors.joining(" "));
    }

    private static String image(ImageSource image) {
        return switch (image) {
            case ImageSource.Reference(String reference, ImageSource.Pull _) -> reference;
            case ImageSource.Build(String source, String _, Map<String, String> _, String _, String tag) ->
                tag == null ? "<image built from " + source + ">" : tag;
        };
    }

    private void option(String name, @Nullable Object value) {
        if (value != null) {
            words.add(name);
            words.add(value.toString());
        }
    }

    private void setting(Setting setting, String value) {
        words.add("--" + setting.flag());
        if (setting.form() != Setting.Form.SWITCH) {
            words.add(value);
        }
    }
}
