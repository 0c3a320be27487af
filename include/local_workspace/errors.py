"""Every error that a client sees: one table from kind to status and code, one body `{"error_code", "message"}`."""


class ApiError(Exception):
    """Something the caller has to know. Subclasses say what; raised by the backends, shaped by the web layer."""

    status = 500
    code: str | int = "INTERNAL_ERROR"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidParameterError(ApiError):
    """A value that cannot be used, and, as on Databricks, an id that nothing has."""

    status, code = 400, "INVALID_PARAMETER_VALUE"


class UnknownRunError(InvalidParameterError):
    """An id that no run has. Databricks answers 400; with 404, clients see that the run is gone that look for it."""

    def __init__(self, run_id: int, status: int = 400) -> None:
        super().__init__(f"Run {run_id} does not exist.")
        if status == ResourceNotFoundError.status:
            self.status, self.code = status, ResourceNotFoundError.code


class MalformedRequestError(ApiError):
    """A body that is not JSON, or not an object."""

    status, code = 400, "MALFORMED_REQUEST"


class NoCredentialError(ApiError):
    """A request without a token. The code is a number on Databricks, too."""

    status, code = 401, 401

    def __init__(self) -> None:
        super().__init__("Credential was not sent or was of an unsupported type for this API.")


class InvalidTokenError(ApiError):
    """A request with a token that is not this workspace's."""

    status, code = 403, 403

    def __init__(self) -> None:
        super().__init__("Invalid access token.")


class EndpointNotFoundError(ApiError):
    """A path that no handler serves."""

    status, code = 404, "ENDPOINT_NOT_FOUND"


class ResourceNotFoundError(ApiError):
    """A file or directory that does not exist."""

    status, code = 404, "RESOURCE_DOES_NOT_EXIST"


class MissingSecurableError(ApiError):
    """A catalog, schema, volume or table that does not exist."""

    status = 404

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"{kind} '{name}' does not exist.")
        self.code = f"{kind.upper()}_DOES_NOT_EXIST"


class NotFoundError(ApiError):
    """A path of the Files API that does not exist."""

    status, code = 404, "NOT_FOUND"


class AlreadyExistsError(ApiError):
    """A path of the Files API that exists, where the caller asked not to overwrite."""

    status, code = 409, "ALREADY_EXISTS"


class ResourceAlreadyExistsError(ApiError):
    """A path of DBFS or of the workspace tree that exists."""

    status, code = 400, "RESOURCE_ALREADY_EXISTS"


class DirectoryNotEmptyError(ApiError):
    """A directory that cannot be deleted without `recursive`."""

    status, code = 400, "DIRECTORY_NOT_EMPTY"


class IoError(ApiError):
    """A directory of DBFS that cannot be deleted without `recursive`."""

    status, code = 400, "IO_ERROR"


class BlockTooLargeError(ApiError):
    """A block of DBFS over 1 MiB."""

    status, code = 400, "MAX_BLOCK_SIZE_EXCEEDED"


class ReadTooLargeError(ApiError):
    """More than 1 MiB of a file of DBFS asked for at once."""

    status, code = 400, "MAX_READ_SIZE_EXCEEDED"


class NotebookTooLargeError(ApiError):
    """More than 10 MB to import into the workspace tree, or to export from it."""

    status, code = 400, "MAX_NOTEBOOK_SIZE_EXCEEDED"


class RequestTooLargeError(ApiError):
    """A JSON body that nobody should have to hold in memory."""

    status, code = 413, "REQUEST_TOO_LARGE"


class UnavailableError(ApiError):
    """A part that is not there, or not there yet; clients try again."""

    status, code = 503, "TEMPORARILY_UNAVAILABLE"
