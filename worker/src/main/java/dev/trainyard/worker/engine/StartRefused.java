package dev.trainyard.worker.engine;

/** The engine refused to create or start a container. */
public final class StartRefused extends EngineRefused {

    private static final long serialVersionUID = 1L;

    private final transient StartProblem problem;

    /** @param refused the engine's answer, whose status and words this one keeps */
    public StartRefused(EngineRefused refused, StartProblem problem) {
        super(refused.status(), refused.reason(), refused);
        this.problem = problem;
    }

    /** What the refusal means. */
    public StartProblem problem() {
        return problem;
    }
}
