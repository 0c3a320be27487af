"""All endpoints over files and secrets."""

from fastapi import APIRouter

from local_workspace.api.dbfs import DbfsApi
from local_workspace.api.files import FilesApi
from local_workspace.api.secrets import SecretsApi
from local_workspace.api.uploads import UploadsApi
from local_workspace.api.workspace_files import WorkspaceFilesApi
from local_workspace.root import Root
from local_workspace.storage.secrets import SecretStore
from local_workspace.storage.trees import Dbfs, Volumes, WorkspaceTree
from local_workspace.storage.uploads import Uploads


def router(root: Root, secrets: SecretStore) -> APIRouter:
    """Serve the storage of a root."""
    api = APIRouter()
    volumes, uploads = Volumes(root), Uploads(root.uploads)
    for part in (
        FilesApi(volumes),
        UploadsApi(volumes, uploads),
        DbfsApi(Dbfs(root), uploads),
        WorkspaceFilesApi(WorkspaceTree(root)),
        SecretsApi(secrets),
    ):
        api.include_router(part.router())
    return api
