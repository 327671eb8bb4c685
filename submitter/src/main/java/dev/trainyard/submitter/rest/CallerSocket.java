package dev.trainyard.submitter.rest;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * The Unix socket of a server. The kernel says which account calls. Whoever may open the socket of the container engine may open this one, and
 * nobody else: such a caller can mount any folder of this host by the engine itself.
 */
public final class CallerSocket {

    /** The attribute of a request that came over the socket: the caller's account. No client can set it. */
    static final String CALLER = "dev.trainyard.caller";

    private CallerSocket() {}

    /**
     * Opens the socket.
     *
     * @param socket its path
     * @param engine the socket of the container engine
     * @throws IOException if it cannot be opened with the engine's group and mode
     */
    public static void open(Tomcat tomcat, Path socket, Path engine) throws IOException {
        removeAbandoned(socket);
        Path folder = socket.toAbsolutePath().getParent();
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(folder);
        if (mode.contains(PosixFilePermission.GROUP_WRITE) || mode.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException("others can write to its folder %s".formatted(folder));
        }
        Connector connector = new Connector(new Protocol());
        connector.setProperty("unixDomainSocketPath", socket.toString());
        connector.setProperty("unixDomainSocketPathPermissions", "rw-------");
        connector.setProperty("unixDomainSocketParentPermissions", PosixFilePermissions.toString(mode));
        // The web server stops its connectors and destroys none: the end of a connector must close its socket.
        connector.setProperty("bindOnInit", "false");
        // Few operations need to know who calls: a few threads are enough.
        connector.setProperty("maxThreads", "8");
        connector.setProperty("minSpareThreads", "1");
        // A connection carries one request, so the attribute belongs to it.
        connector.setProperty("maxKeepAliveRequests", "1");
        try {
            tomcat.getService().addConnector(connector);
            if (!Files.exists(socket)) {
                throw new IOException("Tomcat did not create it; its log says why");
            }
            openToUsersOf(engine, socket);
        } catch (IOException | RuntimeException e) {
            close(tomcat, connector);
            throw e instanceof IOException io ? io : new IOException(e.getMessage(), e);
        }
    }

    private static void close(Tomcat tomcat, Connector connector) {
        tomcat.getService().removeConnector(connector);
        try {
            connector.destroy();
        } catch (LifecycleException e) {
            // It was not started.
        }
    }

    /** What a process that was killed has left. */
    private static void removeAbandoned(Path socket) throws IOException {
        if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (SocketChannel caller = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            caller.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            Files.delete(socket);
            return;
        }
        throw new IOException("another process listens there");
    }

    /** The group first: until the mode follows, only the owner can connect. */
    private static void openToUsersOf(Path engine, Path socket) throws IOException {
        PosixFileAttributes of = Files.readAttributes(engine, PosixFileAttributes.class);
        PosixFileAttributeView view = Files.getFileAttributeView(socket, PosixFileAttributeView.class);
        Set<PosixFilePermission> mode = EnumSet.copyOf(PosixFilePermissions.fromString("rw-------"));
        boolean reachable = isReachableByAll(engine.toRealPath());
        if (reachable && of.permissions().contains(PosixFilePermission.GROUP_WRITE)) {
            GroupPrincipal group = of.group();
            view.setGroup(group);
            mode.add(PosixFilePermission.GROUP_READ);
            mode.add(PosixFilePermission.GROUP_WRITE);
        }
        if (reachable && of.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
            mode.add(PosixFilePermission.OTHERS_READ);
            mode.add(PosixFilePermission.OTHERS_WRITE);
        }
        view.setPermissions(mode);
    }

    /** If a folder above the engine's socket keeps accounts out, our socket is its owner's only: its own folder lets everyone pass. */
    private static boolean isReachableByAll(Path engine) throws IOException {
        for (Path folder = engine.getParent(); folder != null; folder = folder.getParent()) {
            if (!Files.getPosixFilePermissions(folder).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                return false;
            }
        }
        return true;
    }

    private static final class Protocol extends Http11NioProtocol {

        @Override
        protected Processor createProcessor() {
            return new Http11Processor(this, getAdapter()) {
                @Override
                public SocketState service(SocketWrapperBase<?> wrapper) throws IOException {
                    request.setAttribute(CALLER, caller(wrapper));
                    return super.service(wrapper);
                }
            };
        }

        /** The end of the connector closes the socket and removes its file; twice would be an error. */
        @Override
        public void closeServerSocketGraceful() {}

        private static String caller(SocketWrapperBase<?> wrapper) throws IOException {
            UnixDomainPrincipal peer =
                    ((NioChannel) wrapper.getSocket()).getIOChannel().getOption(ExtendedSocketOptions.SO_PEERCRED);
            return peer.user().getName();
        }
    }
}
