package dev.trainyard.cli;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Suggestions for commands that people know from Docker, Slurm, Kubernetes and similar tools. */
final class ForeignCommands {

    private static final Map<String, String> HERE = new HashMap<>();

    static {
        say("To list jobs: trainyard jobs", "ps", "ls", "list", "sacct", "job");
        say(
                "To list jobs: trainyard jobs. To list waiting jobs in their order: trainyard queue",
                "squeue",
                "qstat",
                "pending");
        say("To cancel a job: trainyard cancel JOB", "stop", "kill", "scancel", "qdel", "abort", "terminate", "end");
        say(
                "To cancel a job: trainyard cancel JOB. Its container is removed. Its history and outputs stay",
                "rm",
                "delete",
                "remove",
                "prune",
                "down");
        say(
                "To show a job: trainyard show JOB. To see why it waits or failed: trainyard why JOB",
                "status",
                "inspect",
                "describe",
                "get",
                "scontrol",
                "stat");
        say("To see a job's log: trainyard logs JOB", "tail", "log", "stdout");
        say("To follow a job until it ends: trainyard logs -f JOB", "attach", "wait", "watch", "follow", "sattach");
        say(
                "To list the devices and the job on each: trainyard gpus",
                "top",
                "stats",
                "nvidia-smi",
                "devices",
                "usage");
        say("To list the hosts: trainyard workers", "sinfo", "nodes", "node", "hosts", "pestat");
        say(
                "To run a compose file: trainyard submit FILE. To run an image as docker run does: trainyard run IMAGE",
                "sbatch",
                "qsub",
                "create",
                "apply",
                "batch");
        say("To run an image as docker run does: trainyard run IMAGE", "srun", "salloc", "start", "docker", "launch");
        say(
                "Trainyard has no exec. To find a job's host and container: trainyard show JOB. Then use docker exec on that host",
                "exec",
                "shell",
                "ssh",
                "bash",
                "enter");
        say("To keep a waiting job from starting: trainyard hold JOB", "pause", "suspend");
        say("To let a held job start: trainyard release JOB", "unpause", "resume", "unhold", "continue");
        say("To move a waiting job in the queue: trainyard prioritise JOB N", "nice", "renice", "priority");
        say(
                "To run a job again, repeat the command that submitted it. To let a held job start: trainyard release JOB",
                "restart",
                "retry",
                "requeue",
                "rerun");
        say("To build an image and run it: trainyard run --build DIR IMAGE.", "build", "buildx");
        say(
                "The worker pulls the image of a job. To run an image: trainyard run IMAGE",
                "pull",
                "push",
                "images",
                "image",
                "login");
        say(
                "To see a job's outputs folder and its files: trainyard outputs JOB",
                "cp",
                "artifacts",
                "files",
                "download",
                "results");
        say(
                "To query the history: trainyard sql \"select * from history.events\"",
                "events",
                "history",
                "query",
                "psql");
        say("To query the metrics of jobs: trainyard sql \"select * from history.metrics\"", "metrics");
        say(
                "To see the addresses of the server, Kafka and Postgres: trainyard info. To see the version: trainyard --version",
                "version",
                "config",
                "ping",
                "health");
        say(
                "To list the models with drafts: trainyard drafts list. To train one: trainyard train MODEL",
                "models",
                "model",
                "draft",
                "fit");
        say(
                "Trainyard does not use Kubernetes. To list jobs: trainyard jobs. To show one: trainyard show JOB. To run one: trainyard submit FILE",
                "kubectl",
                "oc",
                "k9s",
                "helm");
    }

    private ForeignCommands() {}

    private static void say(String what, String... names) {
        for (String name : names) {
            HERE.put(name, what);
        }
    }

    /** A suggestion for the command. Empty for an unknown name. */
    static Optional<String> hint(String name) {
        return Optional.ofNullable(HERE.get(name));
    }
}
