package dev.trainyard.cli;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Commands of Docker, Slurm, Kubernetes and their like that people try here, with what to write here instead. */
final class ForeignCommands {

    private static final Map<String, String> HERE = new HashMap<>();

    static {
        say("To list jobs: trainyard jobs", "ps", "ls", "list", "sacct", "job");
        say(
                "To list jobs: trainyard jobs. To list those that wait, in their order: trainyard queue",
                "squeue",
                "qstat",
                "pending");
        say("To end a job: trainyard cancel JOB", "stop", "kill", "scancel", "qdel", "abort", "terminate", "end");
        say(
                "To end a job: trainyard cancel JOB. Its container is removed then; its history and its outputs stay",
                "rm",
                "delete",
                "remove",
                "prune",
                "down");
        say(
                "To see a job: trainyard show JOB. Why it waits or failed: trainyard why JOB",
                "status",
                "inspect",
                "describe",
                "get",
                "scontrol",
                "stat");
        say("To see a job's log: trainyard logs JOB", "tail", "log", "output", "stdout");
        say("To follow a job until it ends: trainyard logs -f JOB", "attach", "wait", "watch", "follow", "sattach");
        say(
                "To see the devices, and which job has each: trainyard gpus",
                "top",
                "stats",
                "nvidia-smi",
                "devices",
                "usage");
        say("To list the hosts: trainyard workers", "sinfo", "nodes", "node", "hosts", "pestat");
        say(
                "To run a compose file: trainyard submit FILE. To run what docker run would: trainyard run IMAGE",
                "sbatch",
                "qsub",
                "create",
                "apply",
                "batch");
        say("To run what docker run would: trainyard run IMAGE", "srun", "salloc", "start", "docker", "launch");
        say(
                "Nothing is run in a container from here. Its host and its name: trainyard show JOB; then use docker exec on that host",
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
                "The worker that runs a job pulls its image: nothing is to be done before. To run one: trainyard run IMAGE",
                "pull",
                "push",
                "images",
                "image",
                "login");
        say(
                "To see what a job left, and where it lies: trainyard outputs JOB",
                "cp",
                "artifacts",
                "files",
                "download",
                "results");
        say(
                "To ask the history: trainyard sql \"select * from history.events\"",
                "events",
                "history",
                "query",
                "psql",
                "metrics");
        say(
                "To see where the server and its parts are: trainyard info. The version: trainyard --version",
                "version",
                "config",
                "ping",
                "health");
        say(
                "To list the models that there are drafts of: trainyard drafts list. To train one: trainyard train MODEL",
                "models",
                "model",
                "draft",
                "fit");
        say(
                "There is no cluster behind this. To list jobs: trainyard jobs. To see one: trainyard show JOB. To run one: trainyard submit FILE",
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

    /** What to write here; empty if the name is not known from anywhere. */
    static Optional<String> hint(String name) {
        return Optional.ofNullable(HERE.get(name));
    }
}
