package dev.trainyard.cli.submit;

import dev.trainyard.cli.session.LocalText;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.source.BuildContext;
import dev.trainyard.cli.source.PackedSource;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.request.SubmitOptions;
import dev.trainyard.core.runline.InvalidRunLine;
import dev.trainyard.core.runline.RunLine;
import dev.trainyard.core.runline.RunWords;
import dev.trainyard.core.text.Problem;
import dev.trainyard.core.training.BuildSpec;
import dev.trainyard.core.training.TrainingSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Stack;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** {@code trainyard run}. */
@Command(
        customSynopsis = "trainyard run [docker run's own flags] [OPTIONS] IMAGE [ARG...]",
        description = {
            "Run a training as docker run does, on a host with free GPUs.",
            "Takes the flags of docker run: --gpus, -v, --mount, -p, -e, --env-file, --shm-size,",
            "--ipc, -w, -u, --name, -h (a host name), --entrypoint, -m, --cpus, --ulimit, -d, --rm and more (docs/cli.md).",
            "Paths, volumes and ports refer to the host that runs the job. Options that docker run does not have:",
            ""
        },
        preprocessor = RunCommand.Words.class,
        footerHeading = "%nExample:%n",
        footer = {
            "  trainyard run --gpus '\"device=0,2\"' -v /logs/resnet:/outputs vision/resnet:1 --epochs 3 --lr 0.001",
            "  trainyard run --rm --build . -v /logs/run-8:/outputs vision/resnet:2 --epochs 3",
            "  trainyard run -d --gpus 1 --name mnist --max-attempts 3 vision/mnist:2 python main.py"
        })
public final class RunCommand implements Callable<Integer> {

    private final Session session;

    private RunWords words = RunWords.split(List.of(), Map.of());

    @Option(
            names = "--build",
            paramLabel = "DIR",
            description =
                    "Build IMAGE first from the Dockerfile in this folder, on the worker, as docker build DIR -t IMAGE does.")
    private @Nullable Path build;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "The Dockerfile (default: DIR/Dockerfile).")
    private @Nullable Path dockerfile;

    @Option(
            names = "--source",
            paramLabel = "DIR|TAR",
            description = {
                "Add this source to the build context, as submit does: an archive under its own name, or a folder, packed under the name",
                "that the Dockerfile adds. Without --build, the Dockerfile must be next to the source."
            })
    private @Nullable Path source;

    @Mixin
    private final JobOptions job = new JobOptions();

    @Mixin
    private final SubmissionOptions submission = new SubmissionOptions();

    public RunCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        RunLine line = read();
        line.training().notices().forEach(notice -> session.say(notice.toString()));
        SubmitOptions options =
                job.with(null, Map.of(), null, session, line.training().labels().keySet());
        refusePipedInput(line);
        if (build == null && source == null) {
            if (dockerfile != null) {
                throw new Failure(ExitCode.INVALID, "-f names a Dockerfile, but no image is built. Add --build DIR.");
            }
            return submission.send(session, line.training(), null, options, line.detached());
        }
        TrainingSpec training = line.training().built(buildSpec(line.training()));
        try (BuildContext context = PackedSource.pack(session, Path.of(""), training, source)) {
            return submission.send(session, training, context, options, line.detached());
        }
    }

    private BuildSpec buildSpec(TrainingSpec training) {
        if (String.valueOf(training.image()).contains("@")) {
            throw new Failure(
                    ExitCode.INVALID,
                    "an image that is built cannot be named by a digest. Remove @sha256:… from its name, or remove --build.");
        }
        Path folder = build != null ? build : besideSource();
        if (!Files.isDirectory(folder)) {
            throw new Failure(
                    Files.exists(folder) ? ExitCode.INVALID : ExitCode.NOT_FOUND,
                    "--build: %s is not a folder. Give the folder of the Dockerfile. For an archive of the source, use --source."
                            .formatted(folder));
        }
        return dockerfile == null
                ? new BuildSpec(folder.toString(), "Dockerfile", null, Map.of(), null)
                : buildSpec(folder, dockerfile);
    }

    /** As in {@code docker build -f}: the path is relative to the working directory. A Dockerfile outside of the context is sent along. */
    private static BuildSpec buildSpec(Path folder, Path dockerfile) {
        Path within = real(folder).relativize(real(dockerfile));
        if (!within.startsWith("..")) {
            return new BuildSpec(folder.toString(), within.toString(), null, Map.of(), null);
        }
        String text = LocalText.read(dockerfile)
                .or(() -> LocalText.read(Path.of(BuildSpec.inLowerCase(dockerfile.toString()))))
                .orElseThrow(() -> new Failure(
                        ExitCode.NOT_FOUND, "%s does not exist. Check -f.".formatted(dockerfile.toAbsolutePath())));
        return new BuildSpec(folder.toString(), BuildSpec.INLINE, text, Map.of(), null);
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            // The code that reads the file reports the error.
            return path.toAbsolutePath().normalize();
        }
    }

    private Path besideSource() {
        Path parent =
                source == null ? null : source.toAbsolutePath().normalize().getParent();
        return parent == null ? Path.of("") : parent;
    }

    /** Standard input is not forwarded, so the program would wait forever. */
    private void refusePipedInput(RunLine line) {
        if (line.training().run().program().stdinOpen() && !line.detached() && session.isFed()) {
            throw new Failure(
                    ExitCode.INVALID,
                    "-i: standard input is not forwarded, so the container would wait for it. Mount a file, or remove -i.");
        }
    }

    private RunLine read() {
        try {
            return RunLine.read(
                    words,
                    session.environment(),
                    RunCommand::file,
                    OwnFolders.at(Path.of(""), session, submission.isDryRun()));
        } catch (InvalidRunLine e) {
            String problems =
                    e.problems().stream().map(Problem::toString).collect(Collectors.joining("\n  ", "\n  ", ""));
            throw new Failure(ExitCode.INVALID, "this cannot become a training:" + problems, e);
        }
    }

    private static Optional<String> file(String path) {
        try {
            return LocalText.read(Path.of(path));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /**
     * Removes Docker's flags before picocli parses the line: picocli would also parse the program's arguments, and {@code -h} is
     * docker run's host name. picocli gets only Trainyard's own flags, which are all long.
     */
    static final class Words implements IParameterPreprocessor {

        @Override
        public boolean preprocess(
                Stack<String> args, CommandSpec spec, @Nullable ArgSpec argument, Map<String, Object> info) {
            Map<String, Boolean> own = new HashMap<>();
            for (OptionSpec option : spec.options()) {
                for (String name : option.names()) {
                    own.put(name.replaceFirst("^-+", ""), option.arity().max() > 0);
                }
            }
            // The first word must be on top of the stack.
            List<String> given = new ArrayList<>(args).reversed();
            RunWords split = RunWords.split(given, own);
            args.clear();
            split.own().reversed().forEach(args::push);
            ((RunCommand) spec.userObject()).words = split;
            return false;
        }
    }
}
